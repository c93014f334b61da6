package alloc

import (
	"unsafe"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
)

// BlockSize is the number of bytes that the block at off really has.
// ErrNotAllocated, ErrDoubleFree. IRIX: usmallocblksize.
func (h *Heap) BlockSize(off uint64) (_ uint64, err error) {
	if err := h.begin("block size"); err != nil {
		return 0, err
	}
	defer h.end("block size", &err, fault.Arm())
	b, err := h.find("block size", off)
	return b.size, err
}

// Calloc allocates n zeroed elements of size bytes. ErrNoSpace also when their
// product overflows. IRIX: uscalloc.
func (h *Heap) Calloc(n, size uint64) (_ uint64, err error) {
	if n <= zeroMost && size <= zeroMost {
		if off := h.TryCalloc(n * size); off != 0 {
			return off, nil
		}
	}
	if err := h.begin("calloc"); err != nil {
		return 0, err
	}
	defer h.end("calloc", &err, fault.Arm())
	bytes, err := h.product("calloc", n, size)
	if err != nil {
		return 0, err
	}
	return h.zeroed(bytes)
}

// zeroed allocates a block whose every byte is zero, those beyond n included, so
// that Recalloc finds them so.
func (h *Heap) zeroed(n uint64) (uint64, error) {
	off, err := h.malloc(n, nil)
	if err != nil {
		return 0, err
	}
	return off, h.clearFrom(off, 0)
}

// clearFrom zeroes a block from its byte from on.
func (h *Heap) clearFrom(off, from uint64) error {
	b, err := h.find("calloc", off)
	if err == nil && from < b.size {
		clear(h.bytes(off+from, b.size-from))
	}
	return err
}

func (h *Heap) product(op string, n, size uint64) (uint64, error) {
	if size != 0 && n > ^uint64(0)/size {
		return 0, errs.Wrap(errs.NoSpace, op, "%s: %d elements of %d bytes overflow", h.name, n, size)
	}
	return n * size, nil
}

// bytes is the memory of a block that the caller has just been given.
func (h *Heap) bytes(off, n uint64) []byte {
	p := h.r.Pointer(off, n)
	if p == nil || n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(p), int(n))
}

// seen is the first n bytes of a live block, which may reach beyond what this
// process sees.
func (h *Heap) seen(op string, off, n uint64) ([]byte, error) {
	b := h.bytes(off, n)
	if b == nil {
		return nil, errs.Wrap(errs.OutsideWindow, op, "%s: %d bytes at %#x are needed, this process sees %d pages", h.name, n, off, h.r.Visible())
	}
	return b, nil
}

// Realloc gives the block at off room for n bytes, in place where it can, and
// gives its offset. off 0 allocates, n 0 frees and gives 0. On error the block
// is as it was: ErrOutsideWindow if it would have to move and this process sees
// only its beginning. Killed in the middle of a move, the old block is intact or
// the new one is complete; one of them is an orphan. IRIX: usrealloc.
func (h *Heap) Realloc(off, n uint64) (_ uint64, err error) {
	if off == 0 {
		return h.Malloc(n)
	}
	if n == 0 {
		return 0, h.Free(off)
	}
	if to := h.reallocOwn(off, n); to > 0 {
		return to, nil
	}
	size, err := h.stay(off, n)
	if err != nil {
		return 0, err
	}
	if size == 0 {
		return off, nil
	}
	moved, err := h.Malloc(n)
	if err != nil {
		return 0, err
	}
	if err := h.copyBlock(moved, off, min(size, n)); err != nil {
		h.Free(moved)
		return 0, err
	}
	h.Free(off) // by somebody else, against the rules, or not any more: the block has moved
	return moved, nil
}

// stay makes the block at off fit n bytes where it is. If it must move, size is
// what it has.
func (h *Heap) stay(off, n uint64) (size uint64, err error) {
	if err := h.begin("realloc"); err != nil {
		return 0, err
	}
	defer h.end("realloc", &err, fault.Arm())
	b, err := h.find("realloc", off)
	if err != nil || h.inPlace(b, n) {
		return 0, err
	}
	_, err = h.seen("realloc", off, min(n, b.size))
	return b.size, err
}

func (h *Heap) copyBlock(to, from, n uint64) (err error) {
	if err := h.begin("realloc"); err != nil {
		return err
	}
	defer h.end("realloc", &err, fault.Arm())
	copy(h.bytes(to, n), h.bytes(from, n))
	return nil
}

// fitsSmall says that n bytes are to stay in a small block of that size.
func fitsSmall(size, n uint64) bool {
	return n <= size && (n > size/2 || size <= 2*layout.MinBlock)
}

// resize makes a live block fit n bytes, in place or by moving it. A block that
// somebody frees meanwhile is a broken rule that only its breaker can mend.
func (h *Heap) resize(b block, off, n uint64) (uint64, error) {
	if h.inPlace(b, n) {
		return off, nil
	}
	old, err := h.seen("realloc", off, min(n, b.size))
	if err != nil {
		return 0, err
	}
	moved, err := h.malloc(n, nil)
	if err != nil {
		return 0, err
	}
	copy(h.bytes(moved, uint64(len(old))), old)
	h.free("realloc", off)
	return moved, nil
}

// inPlace makes the block fit n bytes where it is.
func (h *Heap) inPlace(b block, n uint64) bool {
	if !b.large {
		return fitsSmall(b.size, n)
	}
	least, ok := pagesFor(n)
	pages := stashLength(least)
	switch {
	case !ok || n <= layout.MaxSmall:
		return false
	case least <= b.state.Len() && b.state.Len() <= pages:
		return true
	case pages < b.state.Len():
		h.shrink(b.page, b.state, pages)
		return true
	}
	return h.extend(b.page, b.state, pages)
}

// Recalloc is Realloc to n elements of size bytes with new bytes zero. Blocks that
// were always allocated by Calloc and Recalloc are zero wherever nothing was
// written; after Malloc, bytes between the request and the block's size are not. IRIX: usrecalloc.
func (h *Heap) Recalloc(off, n, size uint64) (_ uint64, err error) {
	if err := h.begin("recalloc"); err != nil {
		return 0, err
	}
	defer h.end("recalloc", &err, fault.Arm())
	bytes, err := h.product("recalloc", n, size)
	switch {
	case err != nil:
		return 0, err
	case off == 0:
		return h.zeroed(bytes)
	case bytes == 0:
		return 0, h.free("recalloc", off)
	}
	b, err := h.find("recalloc", off)
	if err == nil {
		_, err = h.seen("recalloc", off, b.size) // up to its end it is zeroed
	}
	if err != nil {
		return 0, err
	}
	moved, err := h.resize(b, off, bytes)
	if err != nil {
		return 0, err
	}
	return moved, h.clearFrom(moved, min(b.size, bytes))
}

// Memalign allocates n bytes at an offset that is a multiple of align, a power
// of two. Addresses agree with offsets up to the alignment of mappings.
// ErrInvalid, ErrNoSpace. IRIX: usmemalign.
func (h *Heap) Memalign(align, n uint64) (_ uint64, err error) {
	if align == 0 || align&(align-1) != 0 {
		return 0, errs.Wrap(errs.Invalid, "memalign", "%s: alignment %d is no power of two", h.name, align)
	}
	if align <= layout.MinBlock {
		return h.Malloc(n)
	}
	if err := h.begin("memalign"); err != nil {
		return 0, err
	}
	defer h.end("memalign", &err, fault.Arm())
	if align > h.r.Geo.FileSize(h.r.Geo.MaxPages) {
		return 0, errs.Wrap(errs.NoSpace, "memalign", "%s: no offset of an arena of at most %d bytes is a multiple of %d", h.name, h.r.Geo.FileSize(h.r.Geo.MaxPages), align)
	}
	if align <= layout.PageSize && n <= layout.MaxSmall {
		for c := layout.ClassOf(max(n, 1)); c < layout.Classes; c++ {
			if uint64(layout.ClassTable[c].Size)&(align-1) == 0 {
				return h.mallocClass(c, ask{align, nil})
			}
		}
	}
	return h.mallocLarge(max(n, 1), ask{align, nil})
}
