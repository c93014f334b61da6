//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
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

// make makes a start state: several users, of whom some leave and Dead stay, and
// are dead in a copy of the file.
func (p *peer) make(o *order, an *answer) error {
	a, err := arena.Create(o.Arena, &o.Cfg)
	if err != nil {
		return err
	}
	r := choices(o.Seed, 1)
	n := o.Dead + 1 + r.IntN(2)
	for i := range n {
		if i > 0 {
			if a, err = arena.Join(o.Arena); err != nil {
				return err
			}
		}
		p.users = append(p.users, &hand{name: o.Arena, a: a, r: r})
	}
	if o.Things {
		an.Things = makeThings(p.users[0].a)
	}
	var held []arena.Offset
	for range 2 {
		for _, h := range p.users {
			h.theirs, h.held, h.freed = held, nil, nil
			h.churn(o.Before)
			held = append(slices.Clone(h.theirs), h.held...)
		}
	}
	for len(p.users) > o.Dead {
		last := p.users[len(p.users)-1]
		if err := last.a.Close(); err != nil {
			return err
		}
		p.users = p.users[:len(p.users)-1]
	}
	an.Offs = held
	if o.Things {
		for _, h := range p.users {
			h.takeSomething(must(an.Things.in(h.a)))
		}
	}
	return nil
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

// takeSomething has a user that is going to be dead hold something.
func (h *hand) takeSomething(x handles) {
	switch h.r.IntN(5) {
	case 0:
		x.lock.TryLock(0)
	case 1:
		x.sema.TryP()
	case 2:
		x.rwlock.TryLock()
	case 3:
		x.rwlock.TryRLock()
	}
}

// blocksOf lists what is allocated.
func blocksOf(name string) (map[arena.Offset]uint64, error) {
	list := map[arena.Offset]uint64{}
	for b, err := range info.Walk(name) {
		if err != nil {
			return nil, err
		}
		list[b.Offset] = b.Size
	}
	return list, nil
}

// drain frees everything, allocates all that there is and frees it again. It
// gives the number of pages that could be had.
func drain(a *arena.Arena, name string) (pages int, err error) {
	list, err := blocksOf(name)
	if err != nil {
		return 0, err
	}
	for off := range list {
		if err := a.Free(off); err != nil {
			return 0, err
		}
	}
	got, err := allPages(a)
	taken := map[arena.Offset]bool{}
	for _, off := range got {
		n, e := a.BlockSize(off)
		for at := off; at < off+n; at += page {
			if taken[at] {
				e = errors.Join(e, fmt.Errorf("the page at %#x was handed out twice", at))
			}
			taken[at] = true
		}
		err = errors.Join(err, e, a.Free(off))
	}
	return len(taken), err
}

// allPages allocates whole pages until there are no more.
func allPages(a *arena.Arena) (list []arena.Offset, err error) {
	for _, n := range []uint64{16, 1} {
		for {
			off, err := a.Malloc(n * page)
			if full(err) {
				break
			}
			if err != nil {
				return list, err
			}
			list = append(list, off)
		}
	}
	return list, nil
}
