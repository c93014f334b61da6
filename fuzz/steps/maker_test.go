//go:build linux && amd64

package steps

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"usarena/arena"
	"usarena/internal/layout"
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

// mislead makes hints wrong: nothing may depend on them.
func (m *image) mislead(r *rand.Rand) {
	at := binary.LittleEndian.Uint64(m.content(regionsAt, 8))
	for range binary.LittleEndian.Uint64(m.content(countAt, 8)) {
		m.set32(at+dirtyAt, r.Uint32()&1)
		m.set32(at+lowAt, r.Uint32()&127)
		m.set32(at+mostAt, r.Uint32()&63)
		for i := uint64(0); i < 16; i += 4 {
			m.set32(at+partialAt+i, r.Uint32())
		}
		at += layout.RegionSize
	}
	m.set32(usedAt, r.Uint32()&255)
	m.set32(highAt, r.Uint32()&255)
}

// set32 changes a word in a page that is not all zero.
func (m *image) set32(off uint64, v uint32) {
	for i, at := range m.at {
		if at <= off && off < at+page {
			binary.LittleEndian.PutUint32(m.bytes[uint64(i*page)+off-at:], v)
		}
	}
}
