package alloc

import (
	"sync/atomic"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
)

// freeSlow is Free for blocks of other heaps and large blocks.
func (h *Heap) freeSlow(off uint64) (err error) {
	if off == 0 {
		return nil
	}
	if err := h.begin("free"); err != nil {
		return err
	}
	defer h.end("free", &err, fault.Arm())
	if uint64(h.limit.Load()) < h.r.Visible() {
		h.refresh()
	}
	if err := h.free("free", off); err != nil {
		return err
	}
	if h.slowFrees.Add(1)%freesAlone == 0 {
		h.stashes() // who only frees has no heap yet, in which a free takes a quarter of the time
	}
	return nil
}

// freesAlone is how many slow frees are worth a heap.
const freesAlone = 64

// free frees a block by what its words say. Slow call.
func (h *Heap) free(op string, off uint64) error {
	b, err := h.find(op, off)
	if err != nil {
		return err
	}
	h.options.beforeFree(h, off, b.size)
	if b.large {
		if !h.freeLarge(b.page, b.state) {
			return h.doubleFree(op, off)
		}
		return nil
	}
	if !h.giveBack(b) {
		return h.doubleFree(op, off)
	}
	return nil
}

// block is a live block as its words showed it at one moment.
type block struct {
	page  uint64 // head of its run
	state layout.State
	size  uint64
	large bool
	word  int // of its bit, small blocks
	bit   uint64
}

// find checks that off is the first byte of a live block.
func (h *Heap) find(op string, off uint64) (block, error) {
	page, ok := h.r.Page(off)
	if !ok {
		return block{}, h.outside(op, off)
	}
	s := h.r.Load(page)
	in := off & layout.PageMask // DataOff is a multiple of the page size
	switch s.Kind() {
	case layout.Large:
		if s.IsObjects() { // most objects begin inside a page
			return block{}, h.notBlock(op, off, "is a lock or another object, which has a Free of its own")
		}
		if in != 0 {
			return block{}, h.notBlock(op, off, "is inside a large block")
		}
		if !h.fits(page, s.Len()) {
			return block{}, errs.Wrap(errs.Corrupt, op, "%s: the block at %#x claims %d pages", h.name, off, s.Len())
		}
		return block{page: page, state: s, size: s.Len() << layout.PageShift, large: true}, nil
	case layout.Back:
		d := s.Distance()
		if d > page {
			return block{}, h.notBlock(op, off, "is no block")
		}
		page -= d
		in += d << layout.PageShift
		if s = h.r.Load(page); s.Kind() != layout.Span {
			return block{}, h.notBlock(op, off, "is no block")
		}
	case layout.Span:
	case layout.Free, layout.Pending:
		if in == 0 {
			return block{}, h.doubleFree(op, off)
		}
		return block{}, h.notBlock(op, off, "is in free pages")
	default:
		return block{}, h.notBlock(op, off, "is no block")
	}
	c := s.Class()
	if c >= layout.Classes {
		return block{}, errs.Wrap(errs.Corrupt, op, "%s: the span at %#x claims class %d of %d", h.name, h.r.OffsetOf(page), c, layout.Classes)
	}
	k := &classes[c]
	i := in * uint64(k.magic) >> layout.MagicShift
	if i >= uint64(k.blocks) || i*k.size != in {
		return block{}, h.notBlock(op, off, "is inside a block")
	}
	b := block{page: page, state: s, size: k.size, word: int(i >> 6 & 3), bit: 1 << (i & 63)}
	bits := h.bitsAt(page)
	if loadBits(&bits[b.word].A)&b.bit == 0 || loadBits(&bits[b.word].R)&b.bit != 0 { // model: S5 S6
		return block{}, h.doubleFree(op, off)
	}
	return b, nil
}

// giveBack frees a small block that find has just seen live, by OR: the way of
// anyone but its owner. A has been looked at before, so that a refused free
// changes nothing. False: somebody else freed it first.
func (h *Heap) giveBack(b block) bool {
	bits := h.bitsAt(b.page)
	if atomic.OrUint64(&bits[b.word&3].R, b.bit)&b.bit != 0 { // model: S7, commit
		return false
	}
	if s := h.r.Load(b.page); s.Kind() == layout.Span && s&layout.Owned == 0 { // model: S8
		h.settle(b.page, s)
	}
	return true
}

func (h *Heap) doubleFree(op string, off uint64) error {
	return errs.Wrap(errs.DoubleFree, op, "%s: offset %#x", h.name, off)
}

// outside is the error for an offset beyond what this process can use.
func (h *Heap) outside(op string, off uint64) error {
	if page := (off - h.dataOff) >> layout.PageShift; off >= h.dataOff && page < h.r.Committed() {
		return errs.Wrap(errs.OutsideWindow, op, "%s: offset %#x is in page %d, this process sees %d", h.name, off, page, h.r.Window)
	}
	return h.notBlock(op, off, "is outside the arena's data")
}
