package info

import (
	"fmt"

	"usarena/internal/layout"
)

// looker judges what a run says beyond its extent.
type looker struct {
	m   *image
	log *findings
}

// lookAtRun judges head, inside and owner of a run.
func (l *looker) lookAtRun(r run) {
	switch r.kind {
	case layout.Free:
		if r.word.Kind() == layout.Free && r.word != layout.FreeRun(r.word.Len()) {
			l.bad(KindReserved, r.page, "free run: word %#x has bits that nothing uses", uint64(r.word))
		}
	case layout.Pending:
		if r.word&^layout.Clean != layout.PendingRun(r.word.Len()) {
			l.bad(KindReserved, r.page, "pending run: word %#x has bits that nothing uses", uint64(r.word))
		}
	case layout.Large:
		if r.objects() {
			l.lookAtObjects(r)
		} else {
			l.lookAtLarge(r)
		}
	case layout.Span:
		l.lookAtSpan(r)
	case layout.Back:
		return // reported by the walk, and nothing is known about it
	}
	l.lookInside(r)
	l.lookBeyond(r)
}

// lookInside judges the words of a run after its first. The first one that is
// wrong is the finding; it spoils what follows.
func (l *looker) lookInside(r run) {
	for i := uint64(1); i < r.pages; i++ {
		word := l.m.state(r.page + i)
		if word == 0 && r.kind != layout.Span {
			continue
		}
		kind, why := l.m.inside(r, i, word)
		if kind == "" || l.changed(r, r.page+i, word) {
			continue
		}
		// A head that was absorbed may stand until the lock's next holder tidies
		// it, and what is being made inside a free run is not valid yet.
		if kind == KindStale && (l.m.busy(r.page) || l.m.busy(r.page+i)) {
			continue
		}
		l.log.add(kind, l.m.stateOff(r.page+i), uint64(word), "page %d, %d pages into the %s run at page %d: %s", r.page+i, i, r.name(), r.page, why)
		return
	}
}

// inside says what is wrong with a word i pages into a run; kind is empty for
// nothing.
func (m *image) inside(r run, i uint64, word layout.State) (kind, why string) {
	first := (r.page+i)&(m.geo.RegionPages()-1) == 0
	crosses := r.kind == layout.Large || r.kind == layout.Pending
	switch k := word.Kind(); {
	case r.kind == layout.Span:
		if word != layout.BackTo(i) {
			return KindBack, fmt.Sprintf("word %#x, %d back to the head expected", uint64(word), i)
		}
	case first && crosses:
		// The walk compares it with the block when it gets there.
	case k == layout.Back && r.kind == layout.Pending && r.word&layout.Clean == 0 && word == layout.BackTo(i):
	case k == layout.Span || k == layout.Large || k == layout.Pending:
		return KindOverlap, fmt.Sprintf("another run begins here, %s", k)
	case word != 0:
		return KindStale, fmt.Sprintf("word %#x, %s, where none may stand", uint64(word), k)
	}
	return "", ""
}

// lookBeyond judges the words after what is committed, as far as they share a
// page of the file with words in use: growth would take them for runs.
func (l *looker) lookBeyond(r run) {
	m := l.m
	page := r.page + r.pages
	if page != m.committed() || page != m.pages {
		return
	}
	const perPage = layout.PageSize / layout.StateSize
	skew := m.geo.StatesOff % layout.PageSize / layout.StateSize
	end := min((page+skew+perPage-1)/perPage*perPage-skew, m.geo.MaxPages, uint64(len(m.states)))
	for ; page < end; page++ {
		word := m.state(page)
		rp := m.geo.RegionPages()
		atEnd := word.Kind() == layout.Free && word.Len() > 0 && page+word.Len() == min((page|(rp-1))+1, m.geo.MaxPages)
		if word == 0 || atEnd || m.busy(r.page) || page < m.committed() {
			continue
		}
		l.log.add(KindStale, m.stateOff(page), uint64(word), "page %d does not exist yet, but its word is %#x", page, uint64(word))
		return
	}
}

func (l *looker) lookAtLarge(r run) {
	w, m := r.word, l.m
	if w&(layout.Owned|layout.Room) != 0 {
		l.bad(KindReserved, r.page, "large block: word %#x has flags of a span", uint64(w))
	}
	slot := w.Slot()
	switch {
	case slot > int(m.geo.Users):
		l.bad(KindOwner, r.page, "large block of slot %d, there are %d", slot, m.geo.Users)
	case slot == 0 && w&layout.Orphaned != 0:
		l.bad(KindOwner, r.page, "large block left by slot 0")
	case slot != 0 && w&layout.Orphaned == 0 && !m.inUse(slot, w.Gen()) && !l.changed(r, r.page, w):
		l.bad(KindOwner, r.page, "large block of slot %d generation %d, which is gone (user word %#x)", slot, w.Gen(), m.userWord(slot))
	}
}

func (l *looker) lookAtSpan(r run) {
	w, m := r.word, l.m
	slot := w.Slot()
	switch {
	case slot > int(m.geo.Users):
		l.bad(KindOwner, r.page, "span of slot %d, there are %d", slot, m.geo.Users)
	case w&layout.Owned != 0 && (slot == 0 || !m.inUse(slot, w.Gen())) && !l.changed(r, r.page, w):
		l.bad(KindOwner, r.page, "span owned by slot %d generation %d, which is gone", slot, w.Gen())
	}
	c := layout.ClassTable[w.Class()]
	b := m.blockBits(r.page)
	for i := range layout.BitWords {
		off := m.bitsOff(r.page) + uint64(i)*layout.BitWordSize
		if x := b.a[i] &^ inClass(c, i); x != 0 {
			l.log.add(KindBits, off, x, "span of %d blocks at page %d: bits %#x of A are beyond", c.Blocks, r.page, x)
		}
		if x := b.r[i] &^ inClass(c, i); x != 0 {
			l.log.add(KindBits, off+layout.BitsR, x, "span of %d blocks at page %d: bits %#x of R are beyond", c.Blocks, r.page, x)
		}
		if x := b.k[i] &^ inClass(c, i); x != 0 {
			l.log.add(KindBits, off+layout.BitsK, x, "span of %d blocks at page %d: bits %#x of K are beyond", c.Blocks, r.page, x)
		}
		// A collect clears A, then K, then R; killed in between, R still
		// explains what A lacks. A block in R alone is free and not yet reusable.
		if x := b.k[i] &^ (b.a[i] | b.r[i]) & inClass(c, i); x != 0 && !l.changed(r, r.page, w) {
			l.log.add(KindOrphan, off+layout.BitsK, x, "span at page %d: %#x are kept that are not allocated", r.page, x)
		}
	}
	if w&layout.Orphaned != 0 && w&(layout.Tagged|layout.Owned) != 0 && !l.changed(r, r.page, w) {
		l.bad(KindOrphan, r.page, "span: word %#x is orphaned as a whole, and owned or tagged", uint64(w))
	}
	l.lookAtTenants(r, &b)
	l.reserved(layout.BitsPadding, m.bitsOff(r.page), func(off uint64) uint64 {
		return load(m.bits, (off-m.geo.BitsOff)/8)
	})
}

// inClass are the bits of word i that belong to blocks.
func inClass(c layout.Class, i int) uint64 {
	switch n := int(c.Blocks) - i*64; {
	case n <= 0:
		return 0
	case n >= 64:
		return ^uint64(0)
	default:
		return 1<<n - 1
	}
}

// inUse says that a slot is taken and in this generation; whether its user still
// lives does not matter.
func (m *image) inUse(slot int, gen uint16) bool {
	w := m.userWord(slot)
	return layout.UserState(w) != layout.UserFree && layout.UserGen(w) == gen
}

// changed says that head or word are not what they were: the look was too slow.
func (l *looker) changed(r run, page uint64, word layout.State) bool {
	return l.m.live && (l.m.state(r.page) != r.word || l.m.state(page) != word)
}

func (l *looker) bad(kind string, page uint64, format string, args ...any) {
	l.log.add(kind, l.m.stateOff(page), uint64(l.m.state(page)), format, args...)
}

func (r run) name() string {
	switch {
	case r.kind == layout.None:
		return "virgin"
	case r.objects():
		return "objects"
	}
	return r.kind.String()
}
