package linear

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// semas takes a unit and gives it back.
func (p *player) semas() error {
	var r result
	var err error
	switch p.rnd.IntN(8) {
	case 0:
		return p.values(p.sema.Value)
	case 1, 2:
		r, err = p.asks(kTryP, p.sema.TryP)
	case 3:
		if p.rnd.IntN(3) == 0 { // a unit that nobody has taken
			_, err = p.does(kV, p.sema.V)
		}
		return err
	default:
		r, err = p.waits(kP, p.sema.P)
	}
	if err != nil || r != rOK {
		return err
	}
	p.linger()
	if p.rnd.IntN(3) == 0 { // another one, if there is any
		if r, err = p.asks(kTryP, p.sema.TryP); err == nil && r == rOK {
			p.linger()
			_, err = p.does(kV, p.sema.V)
		}
		if err != nil {
			return err
		}
	}
	_, err = p.does(kV, p.sema.V)
	return err
}

// values plays a look at how many units are free.
func (p *player) values(f func() (int, error)) error {
	return p.calls(kValue, 0, 0, func(c *call) (result, error) {
		v, err := f()
		c.Value.Store(uint64(max(v, 0)))
		return rOK, err
	})
}

func (p *player) lastSema() error { return p.values(p.sema.Value) }

// monitors plays a semaphore made of a lock, a condition and a number: who waits
// there for ever has lost a signal.
func (p *player) monitors() error {
	r, err := p.waits(kP, p.takes)
	if err != nil || r != rOK {
		return err
	}
	p.linger()
	_, err = p.does(kV, p.gives)
	return err
}

func (p *player) takes(ctx context.Context) error {
	if err := p.enters(ctx); err != nil {
		return err
	}
	for p.b.Count.Load() == 0 {
		if err := p.repairs(p.cond.Wait(ctx, p.lock)); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				err = errors.Join(err, p.lock.Unlock())
			}
			return err
		}
	}
	p.b.Count.Add(-1)
	return p.lock.Unlock()
}

func (p *player) gives() error {
	if err := p.enters(context.Background()); err != nil {
		return err
	}
	p.b.Count.Add(1)
	if p.rnd.IntN(2) == 0 {
		return errors.Join(p.cond.Signal(), p.lock.Unlock())
	}
	return errors.Join(p.lock.Unlock(), p.cond.Signal())
}

func (p *player) lastCount() error {
	return p.values(func() (int, error) { return int(p.b.Count.Load()), nil })
}

// polls takes a unit, or is told when it has one, and gives it back.
func (p *player) polls() error {
	var r result
	var err error
	switch p.rnd.IntN(6) {
	case 0:
		return p.values(p.poll.Value)
	case 1:
		r, err = p.asks(kTryP, p.poll.TryP)
		if r == rNo {
			return err
		}
	default:
		r, err = p.asks(kPollP, p.poll.P)
	}
	if err != nil {
		return err
	}
	if r == rNo {
		_, err = p.does(kReady, func() error {
			select {
			case <-p.poll.C():
				return nil
			case <-time.After(forever):
				return fmt.Errorf("queued for %v", forever)
			}
		})
		if err != nil {
			return err
		}
	}
	p.linger()
	_, err = p.does(kV, p.poll.V)
	return err
}

func (p *player) lastPoll() error { return p.values(p.poll.Value) }

// meets waits at the barrier, but never for ever: the last one finds nobody. Only
// who waits for some time finds out about a death.
func (p *player) meets() error {
	d := time.Duration(p.rnd.IntN(300)) * time.Microsecond
	switch {
	case p.b.Gone.Load() != 0, p.Deadly && p.rnd.IntN(3) == 0:
		d = 30 * time.Millisecond
	case p.rnd.IntN(3) != 0:
		d = 4 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	r, err := p.does(kWait, func() error { return p.bar.Wait(ctx, uint32(p.Units)) })
	switch {
	case err != nil:
		return err
	case r == rBroken && p.rnd.IntN(3) != 0:
		_, err = p.does(kReset, p.bar.Reset)
	case r == rTimeout && p.b.Gone.Load() != 0:
		p.late++
	}
	return err
}

// lastMeeting looks whether the barrier is broken, and holds that a reset after
// all deaths are dealt with is a good one.
func (p *player) lastMeeting() error {
	short, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := p.does(kWait, func() error { return p.bar.Wait(short, uint32(p.Units)) }); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), forever)
	defer cancel()
	if err := p.bar.Reset(); err != nil {
		return err
	}
	if err := p.bar.Wait(ctx, 1); err != nil {
		return fmt.Errorf("after a reset by the only party: %w", err)
	}
	return nil
}
