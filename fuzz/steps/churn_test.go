//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"

	"usarena/arena"
)

// common are the sizes that everybody uses, whatever the operation is about.
var common = []uint64{16, 24, 64, 100, 256, 700, 1024, 4000, 9000}

// rare are sizes that only operations use: their spans are what they make them.
var rare = []uint64{80, 112, 160, 208, 320, 448, 512, 640, 2048}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// full says that the arena had no room for a preparation.
func full(err error) bool { return errors.Is(err, arena.ErrNoSpace) }

// churn makes n random calls: blocks come and go, also those of others.
func (h *hand) churn(n int) {
	for range n {
		switch k := h.r.IntN(8); {
		case k == 0 && len(h.theirs) > 0:
			i := h.r.IntN(len(h.theirs))
			off := h.theirs[i]
			h.theirs = slices.Delete(h.theirs, i, i+1)
			must(0, h.a.Free(off))
			h.freed = append(h.freed, off)
		case k <= 2 && len(h.held) > 0:
			i := h.r.IntN(len(h.held))
			must(0, h.a.Free(h.held[i]))
			h.held = slices.Delete(h.held, i, i+1)
		default:
			n := pick(h.r, common)
			if h.r.IntN(12) == 0 && h.roomy() {
				n = uint64(40000 + h.r.IntN(40000))
			}
			h.malloc(n)
		}
	}
}

// roomy says that large blocks do not fill the arena.
func (h *hand) roomy() bool { return h.a.Config().MaxSize > 1<<20 }

// malloc allocates and fills a block; the arena may be full.
func (h *hand) malloc(n uint64) (arena.Offset, error) {
	off, err := h.a.Malloc(n)
	if full(err) {
		return 0, err
	}
	must(off, err)
	fill(h.a, off, must(h.a.BlockSize(off)), h.r)
	h.held = append(h.held, off)
	return off, nil
}

// several allocates k blocks of n bytes.
func (h *hand) several(k int, n uint64) ([]arena.Offset, error) {
	for range k {
		if _, err := h.malloc(n); err != nil {
			return nil, err
		}
	}
	return slices.Clone(h.held[len(h.held)-k:]), nil
}

// free frees a block of its own.
func (h *hand) free(off arena.Offset) {
	must(0, h.a.Free(off))
	h.held = slices.DeleteFunc(h.held, func(o arena.Offset) bool { return o == off })
}

// some chooses a random part of a list.
func (h *hand) some(list []arena.Offset) (part []arena.Offset) {
	k := 1 + h.r.IntN(4)
	for _, off := range list {
		if h.r.IntN(4) < k {
			part = append(part, off)
		}
	}
	return part
}

// fill gives a block a content that is no other's.
func fill(a *arena.Arena, off arena.Offset, n uint64, r *rand.Rand) {
	b := a.Bytes(off, n)
	for i, x := 0, byte(r.Uint32()); i < len(b); i++ {
		b[i] = x + byte(i>>3) ^ byte(off>>4)
	}
}

// must ends the process: a test's own preparation failed.
func must[T any](v T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
	return v
}
