package bench

import "usarena/arena"

// The block of W7 grows from growFrom to growTo bytes by a quarter at a time.
const (
	growFrom uint64 = 16
	growTo   uint64 = 1 << 20
)

// sizes are the sizes that a growing block has, one after the other.
func sizes() (list []uint64) {
	for z := growFrom; z < growTo; z += z / 4 {
		list = append(list, z)
	}
	return append(list, growTo)
}

// grow is W7, n times: the block grows, each new part is filled, then it is
// freed.
func grow(a *arena.Arena, steps []uint64, n int) error {
	for range n {
		var p arena.Offset
		had := uint64(0)
		for _, z := range steps {
			var err error
			if p, err = a.Realloc(p, z); err != nil {
				return err
			}
			fill(a.Bytes(p, z), had)
			had = z
		}
		if err := a.Free(p); err != nil {
			return err
		}
	}
	return nil
}

// fill zeroes b from byte from on, as memset does: up to the next line first. Go's
// clear takes twice as long where it begins elsewhere.
func fill(b []byte, from uint64) {
	line := min((from+63)&^63, uint64(len(b)))
	clear(b[from:line])
	clear(b[line:])
}

// growNull is the filling alone, of one block that is as large as it gets.
func growNull(a *arena.Arena, p arena.Offset, steps []uint64, n int) {
	for range n {
		had := uint64(0)
		for _, z := range steps {
			fill(a.Bytes(p, z), had)
			had = z
		}
	}
}
