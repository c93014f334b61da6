package alloc_test

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"
	"unsafe"

	"usarena/alloc"
	"usarena/info"
	"usarena/internal/errs"
	"usarena/internal/robust"
)

// memory is n bytes that begin at a page.
func memory(n int) []byte {
	b := make([]byte, n+4096)
	skip := int(-uintptr(unsafe.Pointer(&b[0])) & 4095)
	return b[skip : skip+n : skip+n]
}

// create is a heap in memory of its own whose last state is checked.
func create(t testing.TB, n int) *alloc.Heap {
	t.Helper()
	h, err := alloc.Create(memory(n), alloc.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { wantClean(t, h) })
	return h
}

// open is one more user of h's memory.
func open(t testing.TB, h *alloc.Heap) *alloc.Heap {
	t.Helper()
	r := h.Region()
	mem := unsafe.Slice((*byte)(unsafe.Pointer(r.Header())), int(r.Geo.FileSize(r.Window)))
	x, err := alloc.Open(mem)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// wantClean lets the oracle look.
func wantClean(t testing.TB, h *alloc.Heap) {
	t.Helper()
	if rep := info.CheckRegion(h.Region(), false, robust.Nobody{}); !rep.Clean {
		t.Errorf("%d findings, the first: %+v", len(rep.Findings), rep.Findings[0])
	}
}

// wantEmpty proves that all pages are free once everybody has let go.
func wantEmpty(t testing.TB, heaps ...*alloc.Heap) {
	t.Helper()
	for _, h := range heaps {
		h.Trim()
	}
	if m := heaps[0].Mallinfo(); m.Fordblks != m.Arena {
		t.Errorf("not all is free: %+v", m)
	}
}

// player allocates and frees at random and knows what every block must hold.
type player struct {
	t     testing.TB
	rnd   *rand.Rand
	sizes func(*rand.Rand) uint64
	live  []uint64
	size  map[uint64]uint64
	full  int
}

func newPlayer(t testing.TB, seed uint64, sizes func(*rand.Rand) uint64) *player {
	return &player{t: t, rnd: rand.New(rand.NewPCG(seed, 1)), sizes: sizes, size: map[uint64]uint64{}}
}

func (p *player) bytes(h *alloc.Heap, off, n uint64) []byte {
	b := h.Region().Pointer(off, n)
	if b == nil {
		p.t.Fatalf("block %#x of %d bytes is outside", off, n)
	}
	return unsafe.Slice((*byte)(b), int(n))
}

// fill writes the block's own pattern, verify reads it.
func (p *player) fill(h *alloc.Heap, off, n uint64) {
	b := p.bytes(h, off, n)
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, off^uint64(len(b)))
		b = b[8:]
	}
}

func (p *player) verify(h *alloc.Heap, off, n, written uint64) {
	b := p.bytes(h, off, min(n, written))
	for i := 0; i+8 <= len(b) && uint64(i)+8 <= written-written%8; i += 8 {
		if got, want := binary.LittleEndian.Uint64(b[i:]), off^(written-uint64(i)); got != want {
			p.t.Fatalf("block %#x of %d bytes: %#x at +%d, %#x was written", off, written, got, i, want)
		}
	}
}

func (p *player) forget(i int) (off, n uint64) {
	off = p.live[i]
	n = p.size[off]
	p.live[i] = p.live[len(p.live)-1]
	p.live = p.live[:len(p.live)-1]
	delete(p.size, off)
	return off, n
}

func (p *player) keep(h *alloc.Heap, off, n uint64) {
	if off%16 != 0 {
		p.t.Fatalf("block %#x is no multiple of 16", off)
	}
	if _, twice := p.size[off]; twice {
		p.t.Fatalf("block %#x given out twice", off)
	}
	p.fill(h, off, n)
	p.size[off] = n
	p.live = append(p.live, off)
}

// step does one random thing; frees come with the given chance in percent.
func (p *player) step(h *alloc.Heap, frees int) {
	if len(p.live) > 0 && p.rnd.IntN(100) < frees {
		off, n := p.forget(p.rnd.IntN(len(p.live)))
		p.verify(h, off, n, n)
		if err := h.Free(off); err != nil {
			p.t.Fatal(err)
		}
		return
	}
	if len(p.live) > 0 && p.rnd.IntN(10) == 0 {
		p.realloc(h)
		return
	}
	n := p.sizes(p.rnd)
	off, err := h.Malloc(n)
	if errors.Is(err, errs.NoSpace) {
		p.full++
		return
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.keep(h, off, n)
}

func (p *player) realloc(h *alloc.Heap) {
	i := p.rnd.IntN(len(p.live))
	off, n := p.live[i], p.size[p.live[i]]
	m := p.sizes(p.rnd) + 1
	moved, err := h.Realloc(off, m)
	if errors.Is(err, errs.NoSpace) {
		p.full++
		return
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.forget(i)
	if moved == off {
		p.verify(h, off, min(n, m), n)
	}
	p.keep(h, moved, m)
}

func (p *player) freeAll(h *alloc.Heap) {
	for len(p.live) > 0 {
		off, n := p.forget(0)
		p.verify(h, off, n, n)
		if err := h.Free(off); err != nil {
			p.t.Fatal(err)
		}
	}
}

// mixed sizes are mostly small, now and then up to most.
func mixed(most uint64) func(*rand.Rand) uint64 {
	return func(r *rand.Rand) uint64 {
		if r.IntN(40) == 0 {
			return r.Uint64N(most)
		}
		return r.Uint64N(2000)
	}
}
