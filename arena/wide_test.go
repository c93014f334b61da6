package arena_test

import (
	"math/bits"
	"testing"

	"usarena/arena/arenatest"
	"usarena/config"
)

// Where more address space is free than an int counts, no length that is given
// out may be larger than one.
func TestMoreThanAnInt(t *testing.T) {
	if bits.UintSize == 32 {
		arenatest.NeedFile(t) // a segment is mapped whole
	}
	a := arenatest.New(t, &config.Config{Size: 3 << 30, MaxSize: 3 << 30, NoReserve: true})
	if m := a.Mallinfo(); m.Arena <= 0 || m.Fordblks <= 0 {
		t.Errorf("bytes are counted wrongly: %+v", m)
	}
	for _, n := range []uint64{1<<31 - 4096, 1 << 31, 1<<31 + 1<<20} {
		p, err := a.Malloc(n)
		if err != nil {
			continue
		}
		if got := uint64(len(a.Bytes(p, n))); got != n {
			t.Errorf("%d bytes of a block of %d", got, n)
		}
		q, err := a.Realloc(p, 10)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Free(q); err != nil {
			t.Error(err)
		}
	}
}
