package alloc_test

import (
	"math/rand/v2"
	"testing"

	"usarena/alloc"
)

// 64 KiB with everything in them are of real use.
const tiny = 64<<10 + 4096 // and the guard page

func TestTinyHoldsMixedSizes(t *testing.T) {
	for seed := range uint64(100) {
		h := create(t, tiny)
		users := []*alloc.Heap{h}
		for len(users) < 8 {
			users = append(users, open(t, h))
		}
		rnd := rand.New(rand.NewPCG(seed, 7))
		live := uint64(0)
		for i := 0; ; i++ {
			n := uint64(16 + rnd.IntN(1009))
			if _, err := users[i%8].Malloc(n); err != nil {
				break
			}
			live += n
		}
		if live < 32<<10 {
			t.Errorf("seed %d: full with %d bytes live", seed, live)
		}
	}
}

func TestTinyHoldsOneClass(t *testing.T) {
	h := create(t, tiny)
	n := 0
	for {
		if _, err := h.Malloc(64); err != nil {
			break
		}
		n++
	}
	if n*64 < 40<<10 {
		t.Errorf("%d bytes in blocks of 64", n*64)
	}
}

func TestTinyHoldsOneBlock(t *testing.T) {
	h := create(t, tiny)
	for range 3 {
		off, err := h.Malloc(32 << 10)
		if err != nil {
			t.Fatal(err)
		}
		free(t, h, off)
	}
}
