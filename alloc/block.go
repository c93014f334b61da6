package alloc

import (
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// block is a live block as its words showed it at one moment.
type block struct {
	page  uint64 // head of its run
	state layout.State
	size  uint64
	large bool
	index int // in its span, small blocks
	bitOf     // small blocks
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
	if c := s.Class(); c >= layout.Classes {
		return block{}, errs.Wrap(errs.Corrupt, op, "%s: the span at %#x claims class %d of %d", h.name, h.r.OffsetOf(page), c, layout.Classes)
	}
	i, ok := blockAt(s.Class(), in)
	if !ok {
		return block{}, h.notBlock(op, off, "is inside a block")
	}
	at := h.bitOf(page, i)
	if !at.live() {
		return block{}, h.doubleFree(op, off)
	}
	return block{page: page, state: s, size: classes[s.Class()].size, index: int(i), bitOf: at}, nil
}

// blockAt is the number of the block of class c that begins in bytes behind its
// span's first. False: none does.
func blockAt(c int, in uint64) (i uint64, ok bool) {
	if c >= layout.Classes {
		return 0, false
	}
	k := &classes[c]
	i = in * uint64(k.magic) >> layout.MagicShift
	return i, i < uint64(k.blocks) && i*k.size == in
}

// bitOf is where the bits of a small block are.
type bitOf struct {
	word *layout.BitWord
	bit  uint64
}

// live says whether the block is allocated.
func (b bitOf) live() bool {
	return loadBits(&b.word.A)&b.bit != 0 && loadBits(&b.word.R)&b.bit == 0 // model: S5 S6
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
