package repair_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// FuzzRepair changes any bytes of an arena but its data: each 6 bytes of edits are
// a place and a value, the last odd bytes a length. A repair ends with an error,
// or with a sound arena in which all is that was not damaged.
func FuzzRepair(f *testing.F) {
	f.Add(uint8(0), []byte{0, 2, 0, 0, 1, 1})
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 3))
		b := make([]byte, 6*(1+r.IntN(30))+r.IntN(6))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(uint8(seed), b)
	}
	all := samples(f, 1)
	f.Fuzz(func(t *testing.T, which uint8, edits []byte) {
		s := all[int(which)%2] // the small ones
		b := append([]byte(nil), s.b...)
		for ; len(edits) >= 6; edits = edits[6:] {
			at := uint64(binary.LittleEndian.Uint32(edits)) % (min(s.g.GuardOff, uint64(len(b))) - 2)
			copy(b[at:], edits[4:6])
		}
		if len(edits) >= 4 {
			b = b[:binary.LittleEndian.Uint32(edits)%uint32(len(b))]
		}
		s.tryOne(t, newMemory(t, nil, s.g.FileSize(s.g.MaxPages)), b)
	})
}
