package alloc

import (
	"unsafe"

	"usarena/internal/layout"
)

// classHeap is what a heap holds of one class: its spans by index, and of those
// with room the indices, newest last. The number of spans is not bounded here; the
// arrays grow while nobody is inside the heap.
type classHeap struct {
	avail     uint64          // blocks of the active word that are free: clear in A and in R
	again     uint64          // blocks of the active word that were freed since
	active    *layout.BitWord // the active word, nil if there is none
	base      uint64          // offset of the block of bit 0
	hots      uint64          // of hot
	classInfo                 // of the class, once it has had a span
	cur       int             // index of the active span and 1, or 0
	word      int             // the active word's index

	spans  []entry
	queue  []uint32 // as long as spans: an index is in it once
	queued int      // of queue
	held   int      // spans
	empty  int      // pages of those that are kept empty
	spare  int      // an index that no span has and 1, the next in its entry; 0 none
	hand   int      // index where the next search goes on

	hot [8]hotBlock // the last blocks that were freed

	borrowed int // blocks taken from larger classes

	firstSpans [firstSpans]entry
	firstQueue [firstSpans]uint32
}

// hotBlock is a block that was freed: the number of its bit in the zone of bits, and
// its offset. It may have been given out again; what the bit says counts.
type hotBlock struct{ at, off uint64 }

// heat remembers a block that was just freed, while there is room.
func (ch *classHeap) heat(at, off uint64) {
	if n := ch.hots; n < uint64(len(ch.hot)) {
		ch.hot[n] = hotBlock{at, off}
		ch.hots = n + 1
	}
}

// firstSpans is how many spans of a class need no arrays of their own.
const firstSpans = 6

// entry is what a heap knows of one span: its page, and flags. An entry without
// entryHeld is that of no span: above the flags it has the next spare index and 1.
type entry uint64

const (
	entryHeld   entry = 1 << iota // there is a span
	entryQueued                   // the index is in the queue
	entryTagged                   // the span has blocks of other users
	entryEmpty                    // it had no live block and was kept, and has not been used since

	entryShift = iota
)

func held(page uint64) entry { return entry(page)<<entryShift | entryHeld }
func (e entry) page() uint64 { return uint64(e >> entryShift) }

// roomForOne says that one more span can be put in.
func (ch *classHeap) roomForOne() bool { return ch.spare > 0 || len(ch.spans) < cap(ch.spans) }

// arrays are those of a class that has more spans than before.
type arrays struct {
	spans []entry
	queue []uint32
}

// larger makes arrays for twice as many spans. Not to be called inside a heap.
func larger(spans int) *arrays {
	n := max(2*spans, 4*firstSpans)
	return &arrays{make([]entry, 0, n), make([]uint32, n)}
}

// adopt moves what the class has into other arrays, if they are larger.
func (ch *classHeap) adopt(a *arrays) {
	if ch.spans == nil {
		ch.spans, ch.queue = ch.firstSpans[:0], ch.firstQueue[:]
	}
	if a == nil || cap(a.spans) <= cap(ch.spans) {
		return
	}
	a.spans = append(a.spans, ch.spans...)
	copy(a.queue, ch.queue[:ch.queued])
	ch.spans, ch.queue = a.spans, a.queue
}

// put gives a span an index. There is room for one.
func (ch *classHeap) put(page uint64, c int, tagged bool) (i int) {
	ch.classInfo = classes[c&127]
	e := held(page)
	if tagged {
		e |= entryTagged
	}
	if ch.spare > 0 {
		i = ch.spare - 1
		old := ch.spans[i]
		ch.spare = int(old.page())
		e |= old & entryQueued // what is in the queue stays there
		ch.spans[i] = e
	} else {
		i = len(ch.spans)
		ch.spans = append(ch.spans, e)
	}
	ch.held++
	ch.enqueue(i)
	return i
}

// drop removes a span. The index may stay in the queue.
func (ch *classHeap) drop(i, c int) (e entry, ok bool) {
	if uint(i) >= uint(len(ch.spans)) || ch.spans[i]&entryHeld == 0 {
		return 0, false
	}
	e = ch.spans[i]
	if ch.cur == i+1 {
		ch.cur, ch.avail, ch.again, ch.active = 0, 0, 0, nil
	}
	ch.hots = 0
	ch.inUse(i, c)
	ch.spans[i] = entry(ch.spare)<<entryShift | e&entryQueued
	ch.spare = i + 1
	ch.held--
	return e, true
}

// inUse ends that span i counts as one that was kept empty.
func (ch *classHeap) inUse(i, c int) {
	if ch.spans[i]&entryEmpty != 0 {
		ch.spans[i] &^= entryEmpty
		ch.empty -= int(layout.ClassTable[c].Pages)
	}
}

// enqueue notes that span i may have room.
func (ch *classHeap) enqueue(i int) {
	if e := ch.spans[i]; e&entryQueued == 0 {
		ch.spans[i] = e | entryQueued
		ch.push(i)
	}
}

// push puts an index into the queue that is not in it.
func (ch *classHeap) push(i int) {
	if n := ch.queued; uint(n) < uint(len(ch.queue)) {
		ch.queue[n] = uint32(i)
		ch.queued = n + 1
	}
}

// next makes a word with a free block the active one and gives its free blocks, 0
// if no span that is known to have room has any. Runs entered.
func (h *Heap) next(ch *classHeap, c int) uint64 {
	if m := ch.freedSince(); m != 0 {
		ch.avail = m
		return m
	}
	if ch.cur > 0 && h.activate(ch, c, ch.cur-1, ch.word+1) {
		return ch.avail
	}
	ch.cur, ch.active = 0, nil
	for ch.queued > 0 {
		ch.queued--
		i := int(ch.queue[ch.queued])
		ch.spans[i] &^= entryQueued
		if ch.spans[i]&entryHeld != 0 && h.activate(ch, c, i, 0) {
			ch.inUse(i, c)
			return ch.avail
		}
	}
	return 0
}

// freedSince are the blocks of the active word that were freed since it was last looked
// at. Runs entered.
func (ch *classHeap) freedSince() (m uint64) {
	if m = ch.again; m != 0 {
		ch.again = 0
		m &^= loadA(&ch.active.A) | loadBits(&ch.active.R) // model: S1
	}
	return m
}

// activate looks for a free block in span i of ch from word w on.
func (h *Heap) activate(ch *classHeap, c, i, w int) bool {
	page := ch.spans[i].page()
	b := (*layout.Bits)(unsafe.Add(h.bits, page*layout.BitsSize))
	for mask := &wordMasks[c&127]; w < len(mask) && mask[w] != 0; w++ {
		free := ^(loadBits(&b[w].A) | loadBits(&b[w].R)) & mask[w] // model: S1
		if free != 0 {
			ch.cur, ch.word, ch.avail = i+1, w, free
			ch.active = &b[w]
			ch.base = h.dataOff + page<<layout.PageShift + uint64(w)*64*ch.size
			return true
		}
	}
	return false
}

// looksMost is how many spans are searched at a time for what others returned.
const looksMost = 64

// collectSome takes back what others returned to this heap's spans of a class, to
// looksMost of them at a time. Spans that are empty by then are given up, all but
// one. Runs entered.
func (h *Heap) collectSome(ph *procHeap, c int) {
	ch := &ph.cls[c]
	for range min(looksMost, len(ch.spans)) {
		if ch.hand++; ch.hand >= len(ch.spans) {
			ch.hand = 0
		}
		i := ch.hand
		e := ch.spans[i]
		if e&entryHeld == 0 || !h.collect(e.page(), c, e&entryTagged != 0) {
			continue
		}
		ch.enqueue(i)
		h.emptied(ph, c, i, e.page())
	}
}

// victim chooses a span of the class to give up: the next one, rather a full one.
// It is -1 if the next victimLooks entries are those of no span, as they are when the
// class had many spans before; the next search goes on behind them.
func (ch *classHeap) victim() int {
	last := -1
	for looks := 0; looks < min(len(ch.spans), victimLooks); looks++ {
		if ch.hand++; ch.hand >= len(ch.spans) {
			ch.hand = 0
		}
		e := ch.spans[ch.hand]
		if e&entryHeld == 0 || ch.hand+1 == ch.cur && ch.held > 1 {
			continue
		}
		if last = ch.hand; e&entryQueued == 0 || looks >= 8 {
			break
		}
	}
	return last
}

const victimLooks = 64
