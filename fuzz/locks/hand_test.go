package locks

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"usarena/arena"
	"usarena/internal/replay"
	"usarena/internal/worker"
	"usarena/sync"
)

const handKind = "locks-hand"

func init() { worker.Register(handKind, handWork) }

// seat is what a hand is told. Only names one object to use, "" all.
type seat struct {
	Arena string
	Hand  int
	Seed  uint64
	Only  string
}

// player is a hand at work.
type player struct {
	only string
	b    *board
	me   *hand
	rnd  *rand.Rand
	lock *sync.Lock
	sema *sync.Sema
	bar  *sync.Barrier
	rw   *sync.RWLock
	cond *sync.Condition
}

// long is more than any wait should take; a wait that takes it is a hang.
const long = 20 * time.Second

func handWork(s *worker.Side) error {
	var me seat
	if err := s.Spec(&me); err != nil {
		return err
	}
	a, err := arena.Join(me.Arena)
	if err != nil {
		return err
	}
	root, err := arena.Root[board](a)
	if err != nil {
		return err
	}
	p := &player{only: me.Only, b: root.In(a), rnd: rand.New(rand.NewPCG(me.Seed, uint64(me.Hand)))}
	p.me = &p.b.Hands[me.Hand]
	if err := p.find(a); err != nil {
		return err
	}
	p.me.Holds.Store(0)
	p.me.Reads.Store(0)
	p.me.Phase.Store(idle)
	p.me.Dead.Store(0)
	if err := s.Ready(); err != nil {
		return err
	}
	for p.b.Stop.Load() == 0 {
		if err := p.turn(); err != nil {
			return fmt.Errorf("hand %d in %s: %w", me.Hand, phaseNames[p.me.Phase.Load()], err)
		}
		p.me.Phase.Store(idle)
		p.me.Ops.Add(1)
		p.me.Last.Store(replay.Monotonic())
	}
	return errors.Join(s.Tell(true), a.Close())
}

func (p *player) find(a *arena.Arena) (err error) {
	all := []error{nil, nil, nil, nil, nil}
	p.lock, all[0] = p.b.Lock.In(a)
	p.sema, all[1] = p.b.Sema.In(a)
	p.bar, all[2] = p.b.Barrier.In(a)
	p.rw, all[3] = p.b.RW.In(a)
	p.cond, all[4] = p.b.Cond.In(a)
	return errors.Join(all...)
}

// turn is one operation, or a few that belong together.
func (p *player) turn() error {
	ctx, cancel := context.WithTimeout(context.Background(), long)
	defer cancel()
	if turn := p.turns()[p.only]; turn != nil {
		return turn(ctx)
	}
	switch k := p.rnd.IntN(40); {
	case k < 14:
		return p.locked(ctx)
	case k < 22:
		return p.unit(ctx)
	case k < 23:
		return p.meet()
	case k < 31:
		return p.read(ctx)
	case k < 39:
		return p.write(ctx)
	default:
		return p.await()
	}
}

// turns are the operations on each object alone.
func (p *player) turns() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"lock": p.locked, "sema": p.unit, "barrier": func(context.Context) error { return p.meet() },
		"rwlock": func(ctx context.Context) error {
			if p.rnd.IntN(3) == 0 {
				return p.write(ctx)
			}
			return p.read(ctx)
		},
		"condition": func(ctx context.Context) error {
			if p.rnd.IntN(2) == 0 {
				return p.locked(ctx)
			}
			return p.await()
		},
	}
}

// linger makes steps long enough to be killed in.
func (p *player) linger() {
	for i := p.rnd.IntN(10000); i > 0; i-- {
		p.me.Phase.Load()
	}
}

func (p *player) wrong(what uint32) { p.b.Wrong.CompareAndSwap(fine, what) }

func (p *player) locked(ctx context.Context) error {
	p.me.Phase.Store(locking)
	err := p.lock.Lock(ctx)
	if !sync.Held(err) {
		return err
	}
	p.me.Phase.Store(inside)
	if err := p.repaired(err); err != nil {
		return err
	}
	p.b.A++
	p.linger()
	if p.b.A != p.b.B+1 {
		p.wrong(wrongTogether)
	}
	p.b.B++
	if p.rnd.IntN(20) == 0 {
		p.b.Queue++
		p.b.Signals.Add(1)
		if err := p.cond.Signal(); err != nil {
			return err
		}
	}
	p.me.Phase.Store(unlocking)
	return p.lock.Unlock()
}

// repaired repairs what a dead owner left, of which err tells.
func (p *player) repaired(err error) error {
	if errors.Is(err, sync.ErrOwnerDied) {
		p.b.Told.Add(1)
		p.b.B = p.b.A
		return p.lock.Recovered()
	}
	if p.b.A != p.b.B {
		p.wrong(wrongHalf)
	}
	return nil
}

func (p *player) unit(ctx context.Context) error {
	p.me.Phase.Store(taking)
	if err := p.sema.P(ctx); err != nil {
		return err
	}
	p.me.Holds.Store(1)
	p.me.Phase.Store(holding)
	if p.holders() > units {
		p.wrong(wrongUnits)
	}
	p.linger()
	p.me.Phase.Store(giving)
	p.me.Holds.Store(0)
	return p.sema.V()
}

// holders is how many hands hold a unit at the same time: those that two looks
// find in the same turn, holding, held it all the while between the looks.
func (p *player) holders() (n int) {
	var turn [hands]uint64
	var held [hands]bool
	for i := range p.b.Hands {
		h := &p.b.Hands[i]
		turn[i] = h.Ops.Load()
		held[i] = h.Holds.Load() != 0 && h.Dead.Load() == 0
	}
	for i := range p.b.Hands {
		h := &p.b.Hands[i]
		if held[i] && h.Holds.Load() != 0 && h.Dead.Load() == 0 && h.Ops.Load() == turn[i] {
			n++
		}
	}
	return n
}

// meet waits for another hand for a moment.
func (p *player) meet() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(p.rnd.IntN(300))*time.Microsecond)
	defer cancel()
	p.me.Phase.Store(arriving)
	switch err := p.bar.Wait(ctx, 2); {
	case err == nil:
		p.b.Met.Add(1)
	case errors.Is(err, sync.ErrBroken):
		p.b.Broken.Add(1)
		return p.bar.Reset()
	case !errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return nil
}

func (p *player) read(ctx context.Context) error {
	p.me.Phase.Store(readLocking)
	err := p.rw.RLock(ctx)
	if !sync.Held(err) {
		return err
	}
	p.me.Reads.Store(1)
	p.me.Phase.Store(reading)
	if p.b.X != p.b.Y && err == nil {
		p.wrong(wrongHalfWritten)
	}
	p.beside()
	p.linger()
	p.me.Phase.Store(readUnlocking)
	p.me.Reads.Store(0)
	return p.rw.RUnlock()
}

// beside looks for writers, of which there is none beside this hand.
func (p *player) beside() {
	for i := range p.b.Hands {
		if h := &p.b.Hands[i]; h != p.me && h.Reads.Load() == 2 && h.Dead.Load() == 0 {
			p.wrong(wrongReader)
		}
	}
}

func (p *player) write(ctx context.Context) error {
	p.me.Phase.Store(writeLocking)
	err := p.rw.Lock(ctx)
	if !sync.Held(err) {
		return err
	}
	p.me.Reads.Store(2)
	p.me.Phase.Store(writing)
	p.beside()
	if err != nil {
		p.b.ToldRW.Add(1)
		p.b.Y = p.b.X
		if err := p.rw.Recovered(); err != nil {
			return err
		}
	} else if p.b.X != p.b.Y {
		p.wrong(wrongHalfWritten)
	}
	p.b.X++
	p.linger()
	p.b.Y++
	p.me.Phase.Store(writeUnlocking)
	p.me.Reads.Store(0)
	return p.rw.Unlock()
}

// await waits for a moment for somebody to add to the queue.
func (p *player) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(p.rnd.IntN(300))*time.Microsecond)
	defer cancel()
	p.me.Phase.Store(locking)
	err := p.lock.Lock(context.Background())
	if !sync.Held(err) {
		return err
	}
	for {
		if err := p.repaired(err); err != nil {
			return err
		}
		p.me.Phase.Store(awaiting)
		if p.b.Queue > 0 {
			p.b.Queue--
			break
		}
		err = p.cond.Wait(ctx, p.lock)
		p.me.Phase.Store(awaiting)
		if err != nil && !sync.Held(err) {
			if !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
			break
		}
	}
	p.me.Phase.Store(unlocking)
	return p.lock.Unlock()
}
