package linear

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"usarena/arena"
	"usarena/internal/worker"
	"usarena/sync"
)

const playerKind = "linear-player"

func init() { worker.Register(playerKind, playerWork) }

// seat is what a player is told.
type seat struct {
	Arena, Game string
	Player      int
	Seed        uint64
	Slow        int // how much longer calls last, so that a kill finds one
}

// player plays one game.
type player struct {
	a    *arena.Arena
	b    *board
	s    *sheet
	rnd  *rand.Rand
	slow int
	lock *sync.Lock
	sema *sync.Sema
	poll *sync.PollSema
	bar  *sync.Barrier
	rw   *sync.RWLock
	cond *sync.Condition
}

func playerWork(s *worker.Side) error {
	var me seat
	if err := s.Spec(&me); err != nil {
		return err
	}
	a, err := arena.Join(me.Arena)
	if err != nil {
		return err
	}
	root, err := arena.Root[board](a)
	if me.Game == "datum" { // the first datum is what is played with
		root, err = arena.At[board](a, boardOf(a))
	}
	if err != nil {
		return err
	}
	p := &player{slow: me.Slow, a: a, b: root.In(a), rnd: rand.New(rand.NewPCG(me.Seed, uint64(me.Player)))}
	p.s = &p.b.Sheets[me.Player]
	all := make([]error, 6)
	p.lock, all[0] = p.b.Lock.In(a)
	p.sema, all[1] = p.b.Sema.In(a)
	p.poll, all[2] = p.b.Poll.In(a)
	p.bar, all[3] = p.b.Barrier.In(a)
	p.rw, all[4] = p.b.RW.In(a)
	p.cond, all[5] = p.b.Cond.In(a)
	if err := errors.Join(append(all, s.Ready())...); err != nil {
		return err
	}
	round := games[me.Game].round
	for !p.s.full() {
		if err := round(p); err != nil {
			return fmt.Errorf("player %d: %w", me.Player, err)
		}
	}
	return errors.Join(s.Tell(true), a.Close())
}

// boardOf is the only block as large as a board.
func boardOf(a *arena.Arena) arena.Offset {
	for off, n := range a.Blocks() {
		if n >= boardSize {
			return off
		}
	}
	return 0
}

// game is one kind of object.
type game struct {
	round func(p *player) error
	units int  // of the semaphores
	undo  bool // of the semaphore
	kills bool // players may be killed
}

var games = map[string]game{
	"lock":      {round: (*player).locks, kills: true},
	"sema":      {round: (*player).semas, units: 2},
	"undo":      {round: (*player).semas, units: 2, undo: true, kills: true},
	"tries":     {round: (*player).tries, units: 1},
	"pollsema":  {round: (*player).polls, units: 1},
	"barrier":   {round: (*player).meets},
	"rwlock":    {round: (*player).reads, kills: true},
	"condition": {round: (*player).waits},
	"datum":     {round: (*player).datum, kills: true},
	"cell":      {round: (*player).cells, kills: true},
}

// linger makes calls overlap.
func (p *player) linger() {
	for i := p.rnd.IntN(3000 * (1 + p.slow)); i > 0; i-- {
		p.s.N.Load()
	}
}

// limited is a context that ends soon, so that no history waits for ever.
func limited(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d)
}

func resultOf(err error) (result, error) {
	switch {
	case err == nil:
		return rOK, nil
	case errors.Is(err, sync.ErrOwnerDied):
		return rDied, nil
	case errors.Is(err, sync.ErrNotRecoverable):
		return rLost, nil
	case errors.Is(err, context.DeadlineExceeded):
		return rTimeout, nil
	}
	return 0, err
}

// does plays one call that gives an error.
func (p *player) does(k kind, f func() error) (result, error) {
	c := p.s.begins(k, 0, 0)
	r, err := resultOf(f())
	if err == nil {
		c.ends(r)
	}
	return r, err
}

// tries plays one call that gives yes or no.
func (p *player) asks(k kind, f func() (bool, error)) (result, error) {
	c := p.s.begins(k, 0, 0)
	got, err := f()
	r, err := resultOf(err)
	if err != nil {
		return r, err
	}
	if !got && r == rOK {
		r = rNo
	}
	c.ends(r)
	return r, nil
}

func (p *player) locks() error {
	ctx, cancel := limited(20 * time.Second)
	defer cancel()
	var r result
	var err error
	if p.rnd.IntN(3) == 0 {
		r, err = p.asks(kTryLock, func() (bool, error) { return p.lock.TryLock(0) })
	} else {
		r, err = p.does(kLock, func() error { return p.lock.Lock(ctx) })
	}
	if err != nil || r == rNo {
		return err
	}
	if r == rDied {
		if _, err := p.does(kRecovered, p.lock.Recovered); err != nil {
			return err
		}
	}
	p.linger()
	_, err = p.does(kUnlock, p.lock.Unlock)
	return err
}

func (p *player) semas() error {
	ctx, cancel := limited(20 * time.Second)
	defer cancel()
	if r, err := p.does(kP, func() error { return p.sema.P(ctx) }); err != nil || r != rOK {
		return err
	}
	p.linger()
	_, err := p.does(kV, p.sema.V)
	return err
}

func (p *player) tries() error {
	r, err := p.asks(kTryP, p.sema.TryP)
	if err != nil || r != rOK {
		return err
	}
	p.linger()
	_, err = p.does(kV, p.sema.V)
	return err
}

func (p *player) polls() error {
	r, err := p.asks(kPollP, p.poll.P)
	if err != nil {
		return err
	}
	if r == rNo {
		c := p.s.begins(kReady, 0, 0)
		select {
		case <-p.poll.C():
			c.ends(rOK)
		case <-time.After(20 * time.Second):
			return errors.New("queued for ever")
		}
	}
	p.linger()
	_, err = p.does(kV, p.poll.V)
	return err
}

func (p *player) meets() error {
	d := 20 * time.Second
	if p.rnd.IntN(3) == 0 {
		d = time.Duration(p.rnd.IntN(200)) * time.Microsecond
	}
	ctx, cancel := limited(min(d, 5*time.Millisecond)) // the last one finds nobody
	defer cancel()
	_, err := p.does(kWait, func() error { return p.bar.Wait(ctx, 2) })
	p.linger()
	return err
}

func (p *player) reads() error {
	ctx, cancel := limited(20 * time.Second)
	defer cancel()
	if p.rnd.IntN(3) != 0 {
		var r result
		var err error
		if p.rnd.IntN(2) == 0 {
			r, err = p.asks(kTryRLock, p.rw.TryRLock)
		} else {
			r, err = p.does(kRLock, func() error { return p.rw.RLock(ctx) })
		}
		if err != nil || r == rNo {
			return err
		}
		p.linger()
		_, err = p.does(kRUnlock, p.rw.RUnlock)
		return err
	}
	r, err := p.does(kLock, func() error { return p.rw.Lock(ctx) })
	if err != nil {
		return err
	}
	if r == rDied {
		if _, err := p.does(kRecovered, p.rw.Recovered); err != nil {
			return err
		}
	}
	p.linger()
	_, err = p.does(kUnlock, p.rw.Unlock)
	return err
}

func (p *player) waits() error {
	ctx, cancel := limited(20 * time.Second)
	defer cancel()
	if _, err := p.does(kLock, func() error { return p.lock.Lock(ctx) }); err != nil {
		return err
	}
	if p.rnd.IntN(2) == 0 {
		if err := p.cond.Signal(); err != nil {
			return err
		}
	} else {
		short, cancel := limited(time.Duration(p.rnd.IntN(500)) * time.Microsecond)
		_, err := p.does(kCondition, func() error { return p.cond.Wait(short, p.lock) })
		cancel()
		if err != nil {
			return err
		}
	}
	_, err := p.does(kUnlock, p.lock.Unlock)
	return err
}

// value is one of a few, so that swaps succeed and fail.
func (p *player) value() uint64 { return uint64(p.rnd.IntN(4)) * 16 }

func (p *player) datum() error {
	old, next := p.value(), p.value()
	p.linger()
	switch p.rnd.IntN(4) {
	case 0:
		c := p.s.begins(kGet, 0, 0)
		c.Value.Store(p.a.GetInfo())
		c.ends(rOK)
	case 1:
		c := p.s.begins(kPut, 0, next)
		p.a.PutInfo(next)
		c.ends(rOK)
	default:
		c := p.s.begins(kCas, old, next)
		if p.a.CasInfo(old, next) {
			c.ends(rOK)
		} else {
			c.ends(rNo)
		}
	}
	return nil
}

func (p *player) cells() error {
	old, next := ptr(p.value()), ptr(p.value())
	p.linger()
	switch p.rnd.IntN(4) {
	case 0:
		c := p.s.begins(kGet, 0, 0)
		c.Value.Store(p.b.Cell.Load().Offset())
		c.ends(rOK)
	case 1:
		c := p.s.begins(kPut, 0, next.Offset())
		p.b.Cell.Store(next)
		c.ends(rOK)
	default:
		c := p.s.begins(kCas, old.Offset(), next.Offset())
		if p.b.Cell.CompareAndSwap(old, next) {
			c.ends(rOK)
		} else {
			c.ends(rNo)
		}
	}
	return nil
}
