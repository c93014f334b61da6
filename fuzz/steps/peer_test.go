//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/worker"
)

// order is what a peer is told to do; answer is what came of it.
type order struct {
	Do     string
	Arena  string
	Cfg    config.Config
	Seed   uint64
	Dead   int // users that shall be dead
	Before int
	Things bool
	Offs   []arena.Offset
	Sizes  []uint64
	Want   things
	For    time.Duration
	Late   bool         // work before the dead are recovered
	Cell   arena.Offset // that the hand was at
	Size   uint64       // of the block that it led to
	What   string       // what the survivor shall do meanwhile
}

type answer struct {
	Err    string
	Slot   int
	Offs   []arena.Offset
	Freed  []arena.Offset
	Blocks map[arena.Offset]uint64
	Pages  int
	Took   time.Duration
	Things things
	Does   string
	Cell   arena.Offset // where it leads to
	Calls  int
}

// peer is a process that serves many start states, one after the other: it makes
// them, and it is the other user in them.
type peer struct {
	users []*hand    // of the start state that is being made
	me    *hand      // the survivor
	does  string     // what the survivor does meanwhile
	wait  chan error // and waits for
}

func init() {
	role("peer", func(s *worker.Side) error {
		s.Follow()
		// Arenas are mapped elsewhere than in hands, also where addresses are not random.
		if _, err := unix.Mmap(-1, 0, 1<<28, unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE); err != nil {
			return err
		}
		p := &peer{}
		for {
			var o order
			if err := s.Hear(&o); err != nil {
				return err
			}
			var an answer
			if err := p.obey(&o, &an); err != nil {
				an.Err = err.Error()
			}
			if err := s.Tell(an); err != nil {
				return err
			}
		}
	})
}

func (p *peer) obey(o *order, an *answer) (err error) {
	switch o.Do {
	case "make":
		return p.make(o, an)
	case "drop":
		for _, h := range p.users {
			err = errors.Join(err, left(h.a.Close()))
		}
		p.users = nil
		return err
	case "join":
		p.me = &hand{name: o.Arena, r: choices(o.Seed, 3), theirs: o.Offs, things: o.Want}
		if p.me.a, err = arena.Join(o.Arena); err != nil {
			return err
		}
		p.me.churn(o.Before)
		an.Slot, an.Offs, an.Freed = p.me.a.Self().Slot, p.me.held, p.me.freed
	case "serve":
		for _, off := range o.Offs {
			if err := p.me.a.Free(off); err != nil {
				return err
			}
		}
		for _, n := range o.Sizes {
			off, err := p.me.malloc(n)
			if err != nil {
				return err
			}
			an.Offs = append(an.Offs, off)
		}
		p.does, p.wait = "", nil
		if o.What != "" {
			err = p.begin(o.What)
		}
		an.Does = p.does
	case "recover":
		began := time.Now()
		if o.Late {
			if err := reissue(p.me.a, o.Size, func() error { return meanwhile(p.me.a, things{}, o.Cell) }); err != nil {
				return err
			}
		}
		if _, err = p.me.a.Recover(background); err == nil {
			an.Blocks, err = blocksOf(o.Arena)
		}
		if o.Cell != 0 {
			an.Cell = p.me.a.LoadCell(o.Cell)
		}
		an.Took = time.Since(began)
		if err == nil {
			err = p.finishWait()
		}
		if o.Things && err == nil {
			err = (&aftermath{a: p.me.a, things: p.me.things, alive: true, does: p.does}).lockable()
		}
	case "work":
		an.Calls, err = p.me.busy(o.For)
		if err == nil {
			an.Blocks, err = blocksOf(o.Arena)
		}
	case "finish":
		began := time.Now()
		an.Pages, err = drain(p.me.a, o.Arena)
		an.Took = time.Since(began)
	case "leave":
		err = left(p.me.a.Close())
		p.me = nil
	default:
		err = fmt.Errorf("order %q", o.Do)
	}
	return err
}

// left is what is wrong with a Close, which tells as well what was held.
func left(err error) error {
	if errors.Is(err, arena.ErrBusy) {
		return nil
	}
	return err
}

// busy recovers the dead and then allocates and frees for a time, and leaves
// nothing behind.
func (h *hand) busy(d time.Duration) (calls int, err error) {
	if _, err := h.a.Recover(background); err != nil {
		return 0, err
	}
	mine := hand{name: h.name, a: h.a, r: h.r}
	for end := time.Now().Add(d); time.Now().Before(end); calls += 10 {
		mine.churn(10)
		for len(mine.held) > 50 {
			mine.free(mine.held[0])
		}
	}
	for len(mine.held) > 0 {
		mine.free(mine.held[0])
	}
	got, err := h.a.Recover(background)
	if err == nil && got.Users > 0 {
		err = fmt.Errorf("%d users were recovered that live", got.Users)
	}
	return calls, err
}
