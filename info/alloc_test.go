package info_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"usarena/alloc"
	"usarena/info"
	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/region"
)

func memory(n int) []byte {
	b := make([]byte, n+layout.PageSize)
	skip := int(-uintptr(unsafe.Pointer(&b[0])) & layout.PageMask)
	return b[skip : skip+n : skip+n]
}

func clean(t *testing.T, r info.Report) {
	t.Helper()
	for _, f := range r.Findings {
		t.Errorf("%s at %#x: %s", f.Kind, f.Offset, f.Detail)
	}
}

// TestAgreesWithAlloc lets the allocator work and compares, every now and then,
// what info reads with what the program got.
func TestAgreesWithAlloc(t *testing.T) {
	for _, size := range []int{64 << 10, 1 << 20, 8 << 20} {
		mem := memory(size)
		h, err := alloc.Create(mem, alloc.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		g, err := layout.Verify(layout.HeaderOf(mem), "memory")
		if err != nil {
			t.Fatal(err)
		}
		r, err := region.Over(mem, g, "memory")
		if err != nil {
			t.Fatal(err)
		}
		rnd := rand.New(rand.NewPCG(7, uint64(size)))
		live := map[uint64]bool{}
		for i := range 4000 {
			for off := range live {
				if rnd.IntN(2) == 0 {
					break
				}
				delete(live, off)
				if err := h.Free(off); err != nil {
					t.Fatal(err)
				}
			}
			n := uint64(rnd.IntN(3000))
			if rnd.IntN(20) == 0 {
				n = uint64(rnd.IntN(size / 3))
			}
			off, err := h.Malloc(n)
			if err == nil {
				live[off] = true
			} else if !errors.Is(err, errs.NoSpace) {
				t.Fatal(err)
			}
			if i%100 != 0 {
				continue
			}
			clean(t, info.CheckRegion(r, false, nil))
			seen, bytes := 0, uint64(0)
			for b := range info.BlocksOf(r) {
				off, size := b.Offset, b.Size
				if !live[off] {
					t.Fatalf("%#x was not allocated", off)
				}
				if got, err := h.BlockSize(off); err != nil || got != size {
					t.Fatalf("%#x: %d bytes, alloc says %d, %v", off, size, got, err)
				}
				seen, bytes = seen+1, bytes+size
			}
			s := info.StatsOf(r)
			if seen != len(live) || s.LiveBytes != bytes || s.LiveBytes+s.FreeBytes != g.MaxPages<<layout.PageShift {
				t.Fatalf("%d blocks of %d; stats %+v", seen, len(live), s)
			}
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		clean(t, info.CheckImage(mem))
	}
}

// TestCheckWhileInUse looks at arenas that goroutines churn as fast as they can:
// whatever a look meets half done must not become a finding.
func TestCheckWhileInUse(t *testing.T) {
	for _, size := range []int{128 << 10, 4 << 20} {
		mem := memory(size)
		h, err := alloc.Create(mem, alloc.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		g, err := layout.Verify(layout.HeaderOf(mem), "memory")
		if err != nil {
			t.Fatal(err)
		}
		r, err := region.Over(mem, g, "memory")
		if err != nil {
			t.Fatal(err)
		}
		var stop atomic.Bool
		var work sync.WaitGroup
		for id := range uint64(3) {
			work.Go(func() {
				rnd := rand.New(rand.NewPCG(id, 3))
				var mine []uint64
				for !stop.Load() {
					if len(mine) > 10 || len(mine) > 0 && rnd.IntN(2) == 0 {
						if err := h.Free(mine[0]); err != nil {
							t.Error(err)
						}
						mine = mine[1:]
						continue
					}
					n := uint64(rnd.IntN(200))
					if rnd.IntN(3) == 0 {
						n = uint64(rnd.IntN(size / 8))
					}
					if off, err := h.Malloc(n); err == nil {
						mine = append(mine, off)
					}
				}
			})
		}
		for range 200 {
			clean(t, info.CheckRegion(r, true, nil))
			for range info.BlocksOf(r) {
			}
			info.StatsOf(r)
		}
		stop.Store(true)
		work.Wait()
		clean(t, info.CheckRegion(r, false, nil))
	}
}
