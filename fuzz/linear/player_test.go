package linear

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"usarena/arena"
	"usarena/internal/worker"
	"usarena/sync"
)

const playerKind = "linear-player"

func init() { worker.Register(playerKind, playerWork) }

// seat is what a process is told.
type seat struct {
	Arena   string
	Board   arena.Offset
	Game    string
	Proc    int
	Threads int // players of each process
	Players int // of all
	Units   int // free at first, or parties of a barrier
	Seed    uint64
	Calls   uint64
	Dies    int64  // nanoseconds until it is killed, 0: it lives
	Deadly  bool   // somebody is killed in this history
	After   uint64 // calls after that
}

// player plays a game.
type player struct {
	seat
	a    *arena.Arena
	b    *board
	s    *sheet
	rnd  *rand.Rand
	lock *sync.Lock
	sema *sync.Sema
	poll *sync.PollSema
	bar  *sync.Barrier
	rw   *sync.RWLock
	cond *sync.Condition
	late int // timeouts since the victim is gone
	own  []uint64
}

// sit makes a player of a process.
func sit(a *arena.Arena, me seat, thread int) (*player, error) {
	p := &player{seat: me, a: a, rnd: rand.New(rand.NewPCG(me.Seed, uint64(me.Proc*10+thread)))}
	root, err := arena.At[board](a, me.Board)
	if err != nil {
		return nil, err
	}
	p.b = root.In(a)
	at := me.Proc*me.Threads + thread
	if me.Proc == judge {
		at = sheets
	}
	p.s = &p.b.Sheets[at]
	all := make([]error, 6)
	p.lock, all[0] = p.b.Lock.In(a)
	p.sema, all[1] = p.b.Sema.In(a)
	p.poll, all[2] = p.b.Poll.In(a)
	p.bar, all[3] = p.b.Barrier.In(a)
	p.rw, all[4] = p.b.RW.In(a)
	p.cond, all[5] = p.b.Cond.In(a)
	return p, errors.Join(all...)
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
	players := make([]*player, me.Threads)
	for i := range players {
		if players[i], err = sit(a, me, i); err != nil {
			return err
		}
	}
	if err := s.Ready(); err != nil {
		return err
	}
	ended := make(chan error, len(players))
	for i, p := range players {
		go func() {
			if err := p.play(i == 0); err != nil {
				ended <- fmt.Errorf("process %d, player %d: %w", me.Proc, i, err)
				return
			}
			ended <- nil
		}()
	}
	for range players {
		if err := <-ended; err != nil {
			return err
		}
	}
	// Who leaves is a death to the others: all leave together.
	var over bool
	return errors.Join(s.Tell(true), s.Hear(&over))
}

// play plays rounds until there are enough calls. Nobody begins before all do.
func (p *player) play(first bool) error {
	if err := p.meet(first); err != nil {
		return err
	}
	if p.Dies > 0 {
		if err := p.rounds(room - round); err != nil {
			return err
		}
		worker.Stay()
	}
	if err := p.rounds(p.Calls); err != nil || !p.Deadly {
		return err
	}
	for p.b.Gone.Load() == 0 {
		time.Sleep(10 * time.Microsecond)
	}
	return p.rounds(p.s.N.Load() + p.After)
}

// meet waits until everybody is there. A victim's first player has it killed some
// time later.
func (p *player) meet(first bool) (err error) {
	p.b.Here.Add(1)
	for p.b.Here.Load() < uint64(p.Players) {
		if p.Calls == hot {
			runtime.Gosched()
		} else {
			time.Sleep(10 * time.Microsecond)
		}
	}
	if p.Dies > 0 && first {
		err = dieIn(p.Dies, &p.b.Shot)
	}
	return err
}

// rounds plays until there are so many calls, or nobody comes any more.
func (p *player) rounds(enough uint64) error {
	for p.s.N.Load() < enough && p.late < 3 {
		if err := games[p.Game].round(p); err != nil {
			return err
		}
		p.linger()
	}
	return nil
}

// linger is what lies between two calls of a player.
func (p *player) linger() {
	switch n := p.rnd.IntN(20); {
	case p.Calls == hot:
	case n < 15:
		p.spin(1000)
	case n < 19:
		time.Sleep(time.Duration(p.rnd.IntN(100)) * time.Microsecond)
	default: // long enough for what happens only to those who wait long
		time.Sleep(time.Duration(1+p.rnd.IntN(3)) * time.Millisecond)
	}
}

// dally draws a call out before and after what it does, so that calls overlap in
// many ways. A victim does it more than others.
func (p *player) dally() {
	switch n := p.rnd.IntN(12); {
	case p.Calls == hot:
	case n == 0:
		time.Sleep(time.Duration(p.rnd.IntN(50)) * time.Microsecond)
	case n < 3:
		p.spin(2000)
	case n < 8 && p.Dies > 0:
		p.spin(100_000)
	}
}

// spin is busy for a moment.
func (p *player) spin(most int) {
	for i := p.rnd.IntN(most); i > 0; i-- {
		p.s.N.Load()
	}
}

// forever is how long a call may take that must come to an end.
const forever = 20 * time.Second

// does plays one call that gives an error, and must come to an end.
func (p *player) does(k kind, f func() error) (result, error) {
	return p.asks(k, func() (bool, error) { return true, f() })
}

// asks plays one call that gives yes or no.
func (p *player) asks(k kind, f func() (bool, error)) (result, error) {
	var r result
	err := p.calls(k, 0, 0, func(*call) (_ result, err error) {
		got, err := f()
		if r, err = resultOf(err); err != nil {
			return r, fmt.Errorf("%v: %w", k, err)
		}
		if !got && r == rOK {
			r = rNo
		}
		return r, nil
	})
	return r, err
}

// calls plays one call of any kind.
func (p *player) calls(k kind, arg, value uint64, f func(*call) (result, error)) error {
	c := p.s.begins(k, arg, value)
	p.dally()
	r, err := f(c)
	p.dally()
	if err == nil {
		c.ends(r)
	}
	return err
}

// waits plays one call that waits: now and then not for long.
func (p *player) waits(k kind, f func(ctx context.Context) error) (result, error) {
	patience := forever
	if p.rnd.IntN(5) == 0 {
		patience = time.Duration(p.rnd.IntN(2000)) * time.Microsecond
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := p.does(k, func() error { return f(ctx) })
	if err == nil && r == rTimeout && patience == forever {
		err = fmt.Errorf("%v: waited for %v", k, forever)
	}
	return r, err
}

func resultOf(err error) (result, error) {
	for _, x := range []struct {
		err error
		r   result
	}{
		{nil, rOK}, {sync.ErrOwnerDied, rDied}, {sync.ErrNotRecoverable, rLost}, {context.DeadlineExceeded, rTimeout},
		{sync.ErrNotOwner, rNotOwner}, {sync.ErrNotLocked, rNotLocked}, {sync.ErrBroken, rBroken},
	} {
		if errors.Is(err, x.err) {
			return x.r, nil
		}
	}
	return 0, err
}
