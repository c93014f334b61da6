package image_test

import (
	"math/rand/v2"

	"golang.org/x/sys/unix"

	"usarena/alloc"
	"usarena/info"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// twin opens the bytes as a heap in plain memory that ends where they end, with
// nothing behind.
func (w *witness) twin(b []byte) {
	if len(b) == 0 {
		return
	}
	size := (len(b) + layout.PageMask) &^ layout.PageMask
	mem, err := unix.Mmap(-1, 0, size+2*layout.PageSize, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		w.wrong("no memory: %v", err)
		return
	}
	defer unix.Munmap(mem)
	own := mem[layout.PageSize : layout.PageSize+size]
	if err := unix.Mprotect(own, unix.PROT_READ|unix.PROT_WRITE); err != nil {
		w.wrong("no memory: %v", err)
		return
	}
	copy(own, b)
	h, err := alloc.Open(own[:len(b)])
	if !w.err("alloc.Open", err) {
		return
	}
	r := h.Region()
	// In plain memory nobody's death is noticed, so a lock that a slot in use
	// seems to hold is waited for.
	for i := range r.Geo.Regions {
		if r.Lock(i).Lock.Load() != layout.LockFree {
			w.saw("alloc.Open", "locked")
			return
		}
	}
	p := &player{witness: w, rnd: rand.New(rand.NewPCG(uint64(len(b)), 78))}
	for b := range info.BlocksOf(r) {
		if p.offs = append(p.offs, b.Offset); len(p.offs) >= walked {
			break
		}
	}
	for range playSteps {
		p.use(h)
	}
	h.Trim()
	w.report("CheckRegion", info.CheckRegion(r, false, robust.Nobody{}), nil)
	w.err("Heap.Close", h.Close())
}
