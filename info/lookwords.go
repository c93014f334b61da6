package info

import (
	"fmt"
	"math/bits"

	"usarena/internal/layout"
)

// lookAtLockWord judges who holds a lock.
func (l *looker) lookAtLockWord(rec record) {
	w := rec.half(offLock)
	kept := rec.head.Kind() == layout.LockObject && rec.head.Options()&layout.OptionKept != 0
	named := w & layout.LockOwner
	why := l.m.lockWord(w, kept, func() bool { return l.still(rec, offLock, uint64(layout.LockOwner), uint64(named)) })
	if why != "" {
		l.object(rec, offLock, uint64(named), "%s: word %#x %s", rec.head.Kind(), w, why)
	}
}

// lookAtSetup judges the lock of who makes the root.
func (l *looker) lookAtSetup() {
	w := l.m.setup()
	named := w & layout.LockOwner
	if why := l.m.lockWord(w, false, func() bool { return l.m.setup()&layout.LockOwner == named }); why != "" {
		l.log.add(KindObject, layout.SetupOff, uint64(named), "lock of the first datum: word %#x %s", w, why)
	}
}

// setup is the word of that lock.
func (m *image) setup() uint32 { return uint32(m.word(layout.SetupOff)) }

// lockWord says what is wrong with a lock's word; empty for nothing. A word of
// slot 0 says that the lock is free, and perhaps that its last owner died. still
// says that the word names whom it named.
func (m *image) lockWord(w uint32, kept bool, still func() bool) string {
	slot, gen := layout.LockSlot(w), layout.LockGen(w)
	switch {
	case layout.LockLost(w):
		if w&^layout.LockWaiters != layout.LockDead {
			return "is not recoverable, and has more bits than that"
		}
	case slot == 0 && gen != 0:
		return fmt.Sprintf("names slot 0 in generation %d", gen)
	case slot > int(m.geo.Users):
		return fmt.Sprintf("names slot %d, there are %d", slot, m.geo.Users)
	case slot != 0 && !kept && !m.inUse(slot, gen) && still() && !m.inUse(slot, gen):
		// A user that leaves and whoever recovers a dead one take the locks out of
		// its name before the slot is free.
		return fmt.Sprintf("names slot %d generation %d, which is gone (user word %#x)", slot, gen, m.userWord(slot))
	}
	return ""
}

// lookAtSema judges the tag of a semaphore. Any number of units may be right.
func (l *looker) lookAtSema(rec record) {
	w := layout.SemaWord(rec.word(offWord))
	if lanes := l.m.geo.Users * l.m.geo.Lanes; uint64(w.Lane()) >= lanes {
		l.object(rec, offWord, uint64(w.Lane()), "%s: the latest operation is lane %d's, there are %d", rec.head.Kind(), w.Lane(), lanes)
	}
}

func (l *looker) lookAtBarrier(rec record) {
	w := layout.BarrierWord(rec.word(offWord))
	if w.Broken() && w.Count() != 0 {
		l.object(rec, offWord, uint64(w), "barrier is broken, and %d have arrived", w.Count())
	}
	if b := rec.half(offBroken); b > 1<<31 {
		l.object(rec, offBroken, uint64(b), "barrier: phase %d broke last, there are 31 bits of them", b-1)
	}
}

// lookAtSlots calls f for the words of slots that are not 0.
func (l *looker) lookAtSlots(rec record, f func(slot int, at, x uint64)) {
	for slot := 1; slot <= int(l.m.geo.Users); slot++ {
		if x := rec.slotWord(slot); x != 0 {
			f(slot, slotAt(slot), x)
		}
	}
}

// lookAtBits judges the bits of slots.
func (l *looker) lookAtBits(rec record, does string) {
	users := int(l.m.geo.Users)
	for i := range uint64(users+64) / 64 {
		at := bitsAt(i)
		for rest := rec.word(at); rest != 0; rest &= rest - 1 {
			slot, bit := int(i*64)+bits.TrailingZeros64(rest), rest&-rest
			if slot == 0 || slot > users {
				l.object(rec, at, bit, "slot %d %s the %s, slots are 1 to %d", slot, does, rec.head.Kind(), users)
				break
			}
			if l.deserted(rec, at, bit, bit, slot) {
				l.object(rec, at, bit, "slot %d, which is free, %s the %s", slot, does, rec.head.Kind())
				break
			}
		}
	}
}

// lookAtChain follows the chain of runs of objects. It is a hint: that it lacks
// runs, or that it ends where something else is, is no damage. That it leads out
// of the arena or around in a circle is.
func (l *looker) lookAtChain() {
	m := l.m
	off, at := offObjects, m.word(offObjects)
	mark, since, turn := at, 0, 1
	for steps := uint64(0); at != 0 && steps <= 4*m.pages; steps++ {
		page := at - 1
		if page >= m.committed() {
			l.log.add(KindObject, off, at, "the chain of object runs leads to page %d, %d exist", page, m.committed())
			return
		}
		if page >= m.pages || !m.state(page).IsObjects() {
			return
		}
		off, at = m.bitsOff(page)+offHint, m.hint(page)
		if at == mark && at != 0 {
			l.log.add(KindObject, off, at, "the chain of object runs leads back to page %d", at-1)
			return
		}
		if since++; since == turn { // a circle comes back to some mark, however long it is
			mark, since, turn = at, 0, turn*2
		}
	}
}

// lookAtHistory judges where the ring of history is said to be.
func (l *looker) lookAtHistory() {
	m := l.m
	off := m.word(offHistory)
	if off == 0 || m.isHistory(off) || m.word(offHistory) != off {
		return
	}
	l.log.add(KindObject, offHistory, off, "the ring of history is said to be at %#x, where none is", off)
}

// isHistory says that a ring of history begins at off, or may begin there beyond
// the end of the look.
func (m *image) isHistory(off uint64) bool {
	if off < m.geo.DataOff || off >= m.dataOff(m.committed()) {
		return false
	}
	r := run{page: (off - m.geo.DataOff) >> layout.PageShift, kind: layout.Large}
	r.word = m.state(r.page)
	r.pages = r.word.Len()
	if r.page >= m.pages || r.objects() && r.pages > m.pages-r.page {
		return true
	}
	size, n := r.recordsOf()
	if !r.objects() || n == 0 || (off-m.geo.DataOff)%layout.PageSize%size != 0 {
		return false
	}
	h := layout.ObjectHead(m.dataWord(off))
	return h.State() == layout.ObjectLive && h.Kind() == layout.HistoryObject
}
