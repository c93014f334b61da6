package info

import "usarena/internal/layout"

// people are the users of an arena as the objects name them. It asks who lives
// once for each slot, and only for slots that somebody names.
type people struct {
	m      *image
	o      mourner
	look   bool // also whether their processes are stopped
	known  map[int]person
	stops  map[int]bool        // whose process is stopped
	queues map[uint64][]Waiter // by the offset of what they wait for
}

// person is the user in a slot now.
type person struct {
	word      uint64
	pid       int
	start, ns uint64
	dead      bool // also if the slot is free
}

// newPeople makes a view of the users; o, if not nil, knows the dead.
func newPeople(m *image, o mourner) *people {
	return &people{m: m, o: o, known: map[int]person{}, stops: map[int]bool{}}
}

// in is the user in a slot, 1 <= slot <= Users.
func (p *people) in(slot int) person {
	x, ok := p.known[slot]
	if !ok {
		rec := p.m.user(slot)
		x = person{word: rec[0], pid: int(uint32(rec[offUserPid/8])), start: rec[offUserStart/8], ns: rec[offUserNS/8]}
		state := layout.UserState(x.word)
		x.dead = state == layout.UserFree || state == layout.UserDead || p.o != nil && p.o.Dead(slot)
		p.known[slot] = x
	}
	return x
}

// holder is the user that a slot and a generation name; nil for nobody.
func (p *people) holder(slot int, gen uint16) *Holder {
	h := &Holder{Slot: slot, Gen: gen}
	switch x := p.in(slot); {
	case layout.UserState(x.word) == layout.UserFree || layout.UserGen(x.word) != gen:
		h.Dead = true
	default:
		h.Pid, h.Dead = x.pid, x.dead
		h.Stopped = !x.dead && p.stopped(slot)
	}
	return h
}

// stopped says that the process of a slot's user is stopped.
func (p *people) stopped(slot int) bool {
	x := p.in(slot)
	still, ok := p.stops[slot]
	if !ok && p.look {
		still = p.m.stopped(x.pid, x.start, x.ns)
		p.stops[slot] = still
	}
	return still
}

// now is the user that is in a slot now.
func (p *people) now(slot int) Holder { return *p.holder(slot, layout.UserGen(p.in(slot).word)) }

// ledger is word i of what a slot's user waits for.
func (m *image) ledger(slot int, off uint64) uint64 {
	return m.word(m.geo.LedgersOff + uint64(slot-1)*layout.LedgerSize + off)
}

// waits are what a living user says that it waits for, and how many waits found
// no room to be said. A dead one waits for nothing.
func (p *people) waits(slot int) (words []uint64, more int) {
	if s := layout.UserState(p.m.userWord(slot)); s == layout.UserFree || s == layout.UserDead {
		return nil, 0
	}
	for i := range waits {
		if w := p.m.ledger(slot, offWaits+i*8); w != 0 {
			words = append(words, w)
		}
	}
	more = int(uint32(p.m.ledger(slot, offMore&^7)>>(offMore&4*8)) & (1<<31 - 1))
	if (len(words) > 0 || more > 0) && p.in(slot).dead {
		return nil, 0
	}
	return words, more
}

// waiting lists who waits for the object at off.
func (p *people) waiting(off uint64) []Waiter {
	if p.queues == nil {
		p.queues = map[uint64][]Waiter{}
		for slot := 1; slot <= int(p.m.geo.Users); slot++ {
			words, _ := p.waits(slot)
			for _, w := range words {
				x := p.in(slot)
				at := layout.WaitObject(w)
				p.queues[at] = append(p.queues[at], Waiter{slot, x.pid, layout.WaitCount(w), howNames[layout.WaitHow(w)]})
			}
		}
	}
	return p.queues[off]
}

// howNames say how somebody waits.
var howNames = [16]string{
	layout.WaitingRead:  "to read",
	layout.WaitingDrain: "for readers to leave",
	layout.WaitingPoll:  "queued",
}
