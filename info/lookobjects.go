package info

import "usarena/internal/layout"

// lookAtObjects judges a run of objects and each record in it.
func (l *looker) lookAtObjects(r run) {
	w := r.word
	if w != layout.ObjectRun(w.Len(), int(w.Gen())) {
		l.bad(KindObject, r.page, "run of objects: word %#x has flags", uint64(w))
	}
	size, ok := layout.ObjectBytes(w.Gen())
	switch {
	case !ok:
		l.bad(KindObject, r.page, "run of objects of class %d, which there is not", w.Gen())
	case w.Len() != layout.ObjectPages(size):
		l.bad(KindObject, r.page, "run of %d pages with objects of %d bytes, %d pages are needed", w.Len(), size, layout.ObjectPages(size))
	}
	for rec := range l.m.records(r) {
		l.lookAtRecord(rec)
	}
}

// lookAtRecord judges a record by its head.
func (l *looker) lookAtRecord(rec record) {
	h := rec.head
	stray := h.State() != layout.ObjectMaking && h.Maker() != 0 || h.State() == layout.ObjectFree && h.Options() != 0
	switch {
	case !h.Valid() || stray:
		l.object(rec, offHead, uint64(h), "head %#x is none: kind %d, state %d, options %#x, user %d", uint64(h), h.Kind(), h.State(), h.Options(), h.Maker())
	case h.State() == layout.ObjectFree:
		l.lookAtFree(rec)
	case h.State() == layout.ObjectMaking:
		if slot := h.Maker(); slot == 0 || slot > int(l.m.geo.Users) {
			l.object(rec, offHead, uint64(h), "%s being made by user %d, slots are 1 to %d", h.Kind(), slot, l.m.geo.Users)
		} else if l.deserted(rec, offHead, ^uint64(0), uint64(h), slot) {
			l.object(rec, offHead, uint64(h), "%s being made by user %d, which is free", h.Kind(), slot)
		}
	case rec.size < layout.RecordSize(h.Kind(), h.Options(), l.m.geo.Users):
		l.object(rec, offHead, uint64(h), "%s in a record of %d bytes, %d are needed", h.Kind(), rec.size, layout.RecordSize(h.Kind(), h.Options(), l.m.geo.Users))
	default:
		l.lookAtLive(rec)
	}
}

// freeMask are the bits of a free record's first words that must be zero. The
// others are hints of every kind of object: a waker may come late, after whom it
// woke has freed the object.
var freeMask = func() (mask [layout.ObjectSize / 8]uint64) {
	for i := range mask {
		mask[i] = ^uint64(0)
	}
	mask[offHead/8], mask[offOwnerPC/8], mask[offLastPC/8] = 0, 0, 0
	mask[offLock/8] = 1<<32 - 1             // not Event
	mask[offWaiters/8] = ^uint64(1<<32 - 1) // Broken
	mask[offFlags/8] = ^uint64(1<<32 - 1)   // padding
	return mask
}()

// lookAtFree judges a record that is free: what is made there begins with zeros.
func (l *looker) lookAtFree(rec record) {
	for at := uint64(0); at < rec.size; at += 8 {
		mask := ^uint64(0)
		if at < layout.ObjectSize {
			mask = freeMask[at/8]
		}
		if x := rec.word(at) & mask; x != 0 && l.still(rec, at, mask, x) {
			l.object(rec, at, x, "%#x in a record that is free", x)
			return
		}
	}
}

// lookAtLive judges an object.
func (l *looker) lookAtLive(rec record) {
	h := rec.head
	l.reserved(layout.ObjectPadding, rec.off, l.m.dataWord)
	if rec.gauge() {
		l.reserved(layout.GaugePadding, rec.off+layout.ObjectGauge, l.m.dataWord)
	}
	users := l.m.geo.Users
	switch h.Kind() {
	case layout.LockObject:
		l.lookAtLockWord(rec)
	case layout.RWLockObject:
		l.lookAtLockWord(rec)
		l.lookAtBits(rec, "reads under")
	case layout.SemaObject:
		l.lookAtSema(rec)
		if h.Options()&layout.OptionUndo != 0 {
			l.lookAtSlots(rec, func(slot int, at, x uint64) {
				if l.deserted(rec, at, ^uint64(0), x, slot) {
					l.object(rec, at, x, "user %d, which is free, has %d units of the sema", slot, x)
				}
			})
		}
	case layout.PollSemaObject:
		l.lookAtSema(rec)
		l.lookAtSlots(rec, func(slot int, at, x uint64) {
			state := layout.PollState(x)
			if x != layout.PollWord(state, layout.PollTicket(x)) || state > layout.PollGranted {
				l.object(rec, at, x, "pollsema's word %#x of user %d: state %d, or bits that nothing uses", x, slot, state)
			} else if l.deserted(rec, at, ^uint64(0), x, slot) {
				l.object(rec, at, x, "pollsema's word %#x of user %d, which is free", x, slot)
			}
		})
	case layout.BarrierObject:
		l.lookAtBarrier(rec)
		l.lookAtBits(rec, "takes part in")
	case layout.HistoryObject:
		for i := range min(rec.word(offWord), rec.entries()) {
			l.reserved(layout.EntryPadding, rec.off+layout.ObjectRing+i*layout.EntrySize, l.m.dataWord)
		}
		return // entries fill the record
	}
	// Behind the words of the slots there is nothing.
	for at := max(layout.RecordSize(h.Kind(), h.Options(), users), layout.ObjectSlots); at < rec.size; at += 8 {
		if x := rec.word(at); x != 0 && l.still(rec, at, ^uint64(0), x) {
			l.object(rec, at, x, "%#x behind the end of the %s", x, h.Kind())
			return
		}
	}
}

// object reports a word of a record. Looks agree when they report the same word,
// so it has only the bits that are wrong.
func (l *looker) object(rec record, at, word uint64, format string, args ...any) {
	l.log.add(KindObject, rec.off+at, word, format, args...)
}

// still says that the bits in mask are x and the head is what it was: they did not
// belong to an object that has gone.
func (l *looker) still(rec record, at, mask, x uint64) bool {
	return !l.m.live || rec.word(at)&mask == x && rec.word(offHead) == uint64(rec.head)
}

// deserted says that bits that name a slot were x all the time while the slot was
// free. A user takes all such words back before its slot is free, and the next
// one has another generation.
func (l *looker) deserted(rec record, at, mask, x uint64, slot int) bool {
	u := l.m.userWord(slot)
	return layout.UserState(u) == layout.UserFree && l.still(rec, at, mask, x) && l.m.userWord(slot) == u
}
