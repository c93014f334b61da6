package alloc_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"usarena/alloc"
)

// One user after the other, several users in turn: every block keeps its
// content, the oracle finds nothing, in the end all pages are free and one block
// can have them all.
func TestChurn(t *testing.T) {
	for _, size := range []int{64 << 10, 1 << 20, 16 << 20, 64 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			h := create(t, size)
			heaps := []*alloc.Heap{h, open(t, h), open(t, h)}
			p := newPlayer(t, uint64(size), mixed(uint64(size/16)))
			for i := range 60000 / slower {
				p.step(heaps[p.rnd.IntN(3)], 46+i/(30000/slower)*8)
				if i%(10000/slower) == 0 {
					wantClean(t, h)
				}
			}
			p.freeAll(heaps[1])
			wantEmpty(t, heaps...)
			all := uint64(h.Mallinfo().Arena)
			off, err := h.Malloc(all)
			if err != nil {
				t.Fatal(err)
			}
			wantClean(t, h)
			if err := h.Free(off); err != nil {
				t.Fatal(err)
			}
			for _, x := range heaps {
				if err := x.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// Goroutines move between processors and free each other's blocks, while
// GOMAXPROCS changes; nothing is stranded.
func TestGoroutinesMigrate(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	h := create(t, 64<<20)
	other := open(t, h)
	stop := make(chan struct{})
	var changer, workers sync.WaitGroup
	changer.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				runtime.GOMAXPROCS(1 + i%8)
				runtime.Gosched()
			}
		}
	})
	pass := make(chan uint64, 256)
	for g := range 16 {
		workers.Go(func() {
			heap := h
			if g%4 == 0 {
				heap = other
			}
			p := newPlayer(t, uint64(g), mixed(100000))
			for i := range 4000 / slower {
				p.step(heap, 50)
				switch {
				case i%5 == 0 && len(p.live) > 0:
					off, _ := p.forget(0)
					select {
					case pass <- off:
					default:
						free(t, heap, off)
					}
				case i%7 == 0:
					select {
					case off := <-pass:
						free(t, heap, off)
					default:
					}
				}
			}
			p.freeAll(heap)
		})
	}
	workers.Wait()
	close(stop)
	changer.Wait()
	close(pass)
	for off := range pass {
		free(t, h, off)
	}
	wantEmpty(t, h, other)
}

func malloc(t testing.TB, h *alloc.Heap, n uint64) uint64 {
	t.Helper()
	off, err := h.Malloc(n)
	if err != nil {
		t.Fatal(err)
	}
	return off
}

func free(t testing.TB, h *alloc.Heap, off uint64) {
	if err := h.Free(off); err != nil {
		t.Error(err)
	}
}

// A phase that used one class leaves room for the next one.
func TestPhaseChange(t *testing.T) {
	h := create(t, 32<<20/slower)
	fill := func(h *alloc.Heap, n uint64) (got []uint64) {
		for {
			off, err := h.Malloc(n)
			if err != nil {
				return got
			}
			got = append(got, off)
		}
	}
	for _, n := range []uint64{64, 1024, 48, 4096, 256, 30000, 16, 100000} {
		fresh, got := fill(create(t, 32<<20/slower), n), fill(h, n)
		if len(got) < len(fresh)*95/100 {
			t.Errorf("blocks of %d: %d, a fresh arena holds %d", n, len(got), len(fresh))
		}
		rand.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		for _, off := range got {
			free(t, h, off)
		}
	}
	wantEmpty(t, h)
}
