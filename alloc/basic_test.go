package alloc_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"unsafe"

	"usarena/alloc"
	"usarena/internal/errs"
)

func memory(n int) []byte {
	b := make([]byte, n+4096)
	skip := int(-uintptr(unsafe.Pointer(&b[0])) & 4095)
	return b[skip : skip+n : skip+n]
}

func TestChurn(t *testing.T) {
	for _, size := range []int{64 << 10, 1 << 20, 16 << 20, 256 << 20} {
		h, err := alloc.Create(memory(size), alloc.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		live := map[uint64]uint64{}
		var order []uint64
		rnd := rand.New(rand.NewPCG(1, uint64(size)))
		full := 0
		for range 200000 {
			if len(order) > 0 && rnd.IntN(100) < 48 {
				i := rnd.IntN(len(order))
				off := order[i]
				order[i] = order[len(order)-1]
				order = order[:len(order)-1]
				delete(live, off)
				if err := h.Free(off); err != nil {
					t.Fatal(err)
				}
				if err := h.Free(off); !errors.Is(err, errs.DoubleFree) && !errors.Is(err, errs.NotAllocated) {
					t.Fatalf("second free: %v", err)
				}
				continue
			}
			n := uint64(rnd.IntN(2000))
			if rnd.IntN(50) == 0 {
				n = uint64(rnd.IntN(size / 16))
			}
			off, err := h.Malloc(n)
			if errors.Is(err, errs.NoSpace) {
				full++
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, dup := live[off]; dup {
				t.Fatalf("block %#x given out twice", off)
			}
			live[off] = n
			order = append(order, off)
		}
		for _, off := range order {
			if err := h.Free(off); err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("%d: full %d times, %+v", size, full, h.Mallinfo())
		h.Trim()
		m := h.Mallinfo()
		if m.Fordblks != m.Arena {
			t.Fatalf("%d: %+v", size, m)
		}
		off, err := h.Malloc(uint64(m.Arena))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Free(off); err != nil {
			t.Fatal(err)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkPair(b *testing.B) {
	h, err := alloc.Create(memory(64<<20), alloc.Settings{})
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []uint64{16, 64, 256, 4096, 65536} {
		b.Run(string(rune('0'+n%10))+"_", func(b *testing.B) {
			for range b.N {
				off, err := h.Malloc(n)
				if err != nil {
					b.Fatal(err)
				}
				if h.Free(off) != nil {
					b.Fatal()
				}
			}
		})
	}
}
