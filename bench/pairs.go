package bench

import "usarena/arena"

// pairs is W1: allocate, write 8 bytes, free, n times.
func pairs(a *arena.Arena, size uint64, n int) error {
	for i := range n {
		p, err := a.Malloc(size)
		if err != nil {
			return err
		}
		*word(a, p) = uint64(i)
		if err := a.Free(p); err != nil {
			return err
		}
	}
	return nil
}

func pairsNull(z *null, size uint64, n int) error {
	for i := range n {
		p, err := z.malloc(size)
		if err != nil {
			return err
		}
		*word(z.a, p) = uint64(i)
		if err := z.free(p); err != nil {
			return err
		}
	}
	return nil
}

// sink makes what pairsGo allocates escape to the heap.
var sink *[8]uint64

// pairsGo is the same with 64 bytes of Go's own heap: allocated, written,
// dropped.
func pairsGo(n int) {
	for i := range n {
		p := new([8]uint64)
		p[0] = uint64(i)
		sink = p
	}
}

// bystanders allocates the 100 blocks that live meanwhile, and frees them.
func bystanders(a *arena.Arena, size uint64) (free func() error, err error) {
	blocks := make([]arena.Offset, 100)
	for i := range blocks {
		if blocks[i], err = a.Malloc(size); err != nil {
			return nil, err
		}
	}
	return func() error {
		for _, p := range blocks {
			if err := a.Free(p); err != nil {
				return err
			}
		}
		return nil
	}, nil
}
