//go:build linux && amd64

package steps

import (
	"slices"

	"usarena/arena"
)

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
