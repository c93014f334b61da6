package repair

import (
	"usarena/info"
	"usarena/internal/layout"
)

// object is one record of a run of objects.
type object struct {
	x         *repairer
	off, size uint64
	head      layout.ObjectHead
}

func (o *object) word(at uint64) uint64 { return o.x.d.word(o.off + at) }
func (o *object) half(at uint64) uint32 { return o.x.half(o.off + at) }

func (o *object) set(at, v uint64, format string, args ...any) {
	if at < o.size {
		o.x.set(info.KindObject, o.off+at, v, format, args...)
	}
}

func (o *object) setHalf(at uint64, v uint32, format string, args ...any) {
	o.x.setHalf(info.KindObject, o.off+at, v, format, args...)
}

// zero zeroes bytes [from, to) of the record.
func (o *object) zero(from, to uint64, why string) {
	for at := from; at < min(to, o.size); at += 8 {
		o.set(at, 0, "%s", why)
	}
}

// objects makes the records of all runs of objects agree with a table of free
// slots.
func (x *repairer) objects(row []claim) {
	for _, c := range row {
		if !c.objects() {
			continue
		}
		size, ok := layout.ObjectBytes(c.word.Gen())
		for i := uint64(0); ok && i < max(1, layout.PageSize/size); i++ {
			o := &object{x: x, off: x.dataOff(c.page) + i*size, size: size}
			o.head = layout.ObjectHead(o.word(0))
			o.repair()
		}
	}
	x.ring()
}

// repair decides by the head what becomes of a record.
func (o *object) repair() {
	h, whole := o.mended()
	needs := layout.RecordSize(h.Kind(), h.Options(), o.x.geo.Users)
	switch {
	case !whole:
		o.x.lost(info.KindObject, o.off, "a record of %d bytes whose head is %#x, which is none", o.size, uint64(o.head))
		o.free(o.head.Gen() + 1)
	case h.State() == layout.ObjectMaking:
		o.free(h.Gen() + 1) // as recovery does
	case h.State() == layout.ObjectFree:
		o.free(h.Gen())
	case o.size < needs:
		o.x.lost(info.KindObject, o.off, "%s in a record of %d bytes, which needs %d", h.Kind(), o.size, needs)
		o.free(h.Gen() + 1)
	default:
		o.set(0, uint64(h), "%s", h.Kind())
		o.head = h
		o.live(needs)
	}
}

// mended is the head without bits that it cannot have. One that is none all the
// same is not whole.
func (o *object) mended() (h layout.ObjectHead, whole bool) {
	h = o.head
	maker, options := h.Maker(), h.Options()
	if h.State() != layout.ObjectMaking {
		maker = 0
	}
	if h.State() == layout.ObjectFree {
		options = 0
	}
	h = layout.MakeHead(h.Kind(), h.State(), options, maker, h.Gen())
	return h, h.Valid()
}

// free makes a record a free one. Hints of the object before may stay in it.
func (o *object) free(gen uint32) {
	o.set(0, uint64(layout.MakeHead(layout.NoObject, layout.ObjectFree, 0, 0, gen)), "free")
	for at := uint64(8); at < o.size; at += 8 {
		switch at {
		case offLock &^ 7:
			o.setHalf(offLock, 0, "free record")
		case offWaiters &^ 7:
			o.setHalf(offBroken, 0, "free record")
		case offFlags &^ 7:
			o.setHalf(offFlags+4, 0, "free record")
		case offOwnerPC, offLastPC:
		default:
			o.set(at, 0, "free record")
		}
	}
}

// ring makes the header lead to a ring of history, or to none.
func (x *repairer) ring() {
	off := x.d.word(offHistory)
	if off == 0 || x.isRing(off) {
		return
	}
	x.set(info.KindObject, offHistory, 0, "no ring of history is there")
	x.set(info.KindHint, offHistOn, 0, "history is off")
	x.lost(info.KindObject, off, "the ring of history")
}

func (x *repairer) isRing(off uint64) bool {
	page := (off - x.geo.DataOff) >> layout.PageShift
	if off < x.geo.DataOff || page >= x.pages {
		return false
	}
	w := x.state(page)
	size, ok := layout.ObjectBytes(w.Gen())
	if !w.IsObjects() || !ok || (off-x.geo.DataOff)%layout.PageSize%size != 0 {
		return false
	}
	h := layout.ObjectHead(x.d.word(off))
	return h.State() == layout.ObjectLive && h.Kind() == layout.HistoryObject
}
