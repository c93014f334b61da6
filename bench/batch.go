package bench

import (
	"fmt"

	"usarena/arena"
)

// batchSize blocks of batchBytes are allocated, then all freed (W2).
const (
	batchSize  = 1000
	batchBytes = 64
)

// orders are the orders of freeing: order[k] is the block that is freed as the
// k-th.
func orders() map[string][]int {
	fifo, lifo, mixed := make([]int, batchSize), make([]int, batchSize), make([]int, batchSize)
	r := newRandom(0)
	for i := range batchSize {
		fifo[i], lifo[i] = i, batchSize-1-i
		j := int(below(r.next(), uint64(i+1)))
		mixed[i], mixed[j] = mixed[j], i
	}
	return map[string][]int{"fifo": fifo, "lifo": lifo, "random": mixed}
}

// batch is W2, n times over.
func batch(a *arena.Arena, order []int, n int) error {
	var blocks [batchSize]arena.Offset
	for range n {
		for i := range blocks {
			p, err := a.Malloc(batchBytes)
			if err != nil {
				return err
			}
			*word(a, p) = uint64(i)
			blocks[i] = p
		}
		for _, i := range order {
			p := blocks[i]
			if got := *word(a, p); got != uint64(i) {
				return lost(p, got, uint64(i))
			}
			if err := a.Free(p); err != nil {
				return err
			}
		}
	}
	return nil
}

func batchNull(z *null, order []int, n int) (wrong int) {
	var blocks [batchSize]arena.Offset
	for range n {
		for i := range blocks {
			p, _ := z.malloc(batchBytes)
			*word(z.a, p) = uint64(i)
			blocks[i] = p
		}
		for _, i := range order {
			p := blocks[i]
			if *word(z.a, p) != uint64(i) {
				wrong++ // all but one: there is only one block
			}
			z.free(p)
		}
	}
	return wrong
}

// lost is the error of a block that does not hold what was written to it.
func lost(p arena.Offset, got, want uint64) error {
	return fmt.Errorf("the block at offset %#x holds %#x, %#x was written: memory was handed out twice", p, got, want)
}
