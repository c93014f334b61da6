package linear

import (
	"context"
	"errors"
	"time"

	"usarena/sync"
)

// locks is what programs do: lock, repair, unlock. One who was told of a death
// now and then does not repair, and the lock is lost for all.
func (p *player) locks() error {
	var r result
	var err error
	switch p.rnd.IntN(4) {
	case 0:
		r, err = p.asks(kTryLock, func() (bool, error) { return p.lock.TryLock(p.rnd.IntN(2) * 50) })
	default:
		r, err = p.waits(kLock, p.lock.Lock)
	}
	if err != nil || r != rOK && r != rDied {
		return err
	}
	p.linger()
	if r == rDied && p.rnd.IntN(4) != 0 {
		if _, err := p.does(kRecovered, p.lock.Recovered); err != nil {
			return err
		}
	}
	if p.rnd.IntN(4) == 0 {
		_, err = p.does(kRelease, p.lock.Release)
	} else {
		_, err = p.does(kUnlock, p.lock.Unlock)
	}
	return err
}

// handsOver is what nobody should do: anything at any time. Every answer is
// written down.
func (p *player) handsOver() (err error) {
	switch p.rnd.IntN(7) {
	case 0:
		_, err = p.asks(kTryLock, func() (bool, error) { return p.lock.TryLock(0) })
	case 1, 2:
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(p.rnd.IntN(4000))*time.Microsecond)
		defer cancel()
		_, err = p.does(kLock, func() error { return p.lock.Lock(ctx) })
	case 3, 4:
		_, err = p.does(kUnlock, p.lock.Unlock)
	case 5:
		_, err = p.does(kRelease, p.lock.Release)
	default:
		_, err = p.does(kRecovered, p.lock.Recovered)
	}
	return err
}

// enters locks and repairs.
func (p *player) enters(ctx context.Context) error {
	return p.repairs(p.lock.Lock(ctx))
}

// repairs calls the lock recovered if that is what err asks for.
func (p *player) repairs(err error) error {
	if err != nil && sync.Held(err) {
		return p.lock.Recovered()
	}
	return err
}

// awaits waits at a condition: nobody may come out of it without the lock.
func (p *player) awaits() error {
	ctx, cancel := context.WithTimeout(context.Background(), forever)
	defer cancel()
	r, err := p.does(kLock, func() error { return p.lock.Lock(ctx) })
	if err == nil && r == rDied {
		r, err = p.does(kRecovered, p.lock.Recovered)
	}
	if err != nil || r != rOK {
		return err
	}
	p.linger()
	switch p.rnd.IntN(4) {
	case 0:
		err = p.cond.Signal()
	case 1:
		err = p.cond.Broadcast()
	default:
		short, cancel := context.WithTimeout(ctx, time.Duration(p.rnd.IntN(3000))*time.Microsecond)
		r, err = p.does(kCondition, func() error { return p.cond.Wait(short, p.lock) })
		cancel()
		if err == nil && r == rDied {
			_, err = p.does(kRecovered, p.lock.Recovered)
		}
	}
	if err != nil {
		return err
	}
	_, err = p.does(kUnlock, p.lock.Unlock)
	return err
}

// reads reads or writes under a reader-writer lock.
func (p *player) reads() error {
	var r result
	var err error
	if p.rnd.IntN(3) != 0 {
		if p.rnd.IntN(2) == 0 {
			r, err = p.asks(kTryRLock, p.rw.TryRLock)
		} else {
			r, err = p.waits(kRLock, p.rw.RLock)
		}
		if err != nil || r != rOK && r != rDied {
			return err
		}
		p.linger()
		_, err = p.does(kRUnlock, p.rw.RUnlock)
		return err
	}
	if p.rnd.IntN(4) == 0 {
		r, err = p.asks(kTryLock, p.rw.TryLock)
	} else {
		r, err = p.waits(kLock, p.rw.Lock)
	}
	if err != nil || r != rOK && r != rDied {
		return err
	}
	p.linger()
	if r == rDied && p.rnd.IntN(6) != 0 {
		if _, err := p.does(kRecovered, p.rw.Recovered); err != nil {
			return err
		}
	}
	_, err = p.does(kUnlock, p.rw.Unlock)
	return err
}

// lastLock finds the lock as the calls have left it, and is told of a death that
// nobody was told of.
func (p *player) lastLock() error {
	r, err := p.asks(kTryLock, func() (bool, error) { return p.lock.TryLock(0) })
	if err == nil && (r == rOK || r == rDied) {
		_, err = p.does(kUnlock, p.lock.Unlock)
	}
	return err
}

// lastRW is lastLock of a reader-writer lock, where no is no answer to a try.
func (p *player) lastRW() error {
	ctx, cancel := context.WithTimeout(context.Background(), forever)
	defer cancel()
	r, err := p.does(kLock, func() error { return p.rw.Lock(ctx) })
	switch {
	case err != nil:
		return err
	case r == rTimeout:
		return errors.New("the lock is held, though nobody is there")
	case r == rOK || r == rDied:
		_, err = p.does(kUnlock, p.rw.Unlock)
	}
	return err
}
