package replay

import "encoding/binary"

// Two odd numbers far from round ones, for mixing.
const (
	golden = 0x9E3779B97F4A7C15
	mixer  = 0xBF58476D1CE4E5B9
)

// key is the pattern of one block: no two blocks that live at the same time
// share one, whatever process they belong to.
func key(seed, id, op uint64) uint64 {
	x := seed*golden ^ id<<32 ^ op
	x ^= x >> 30
	x *= mixer
	return x ^ x>>27
}

// Fill writes the pattern of key over all of b.
func Fill(b []byte, key uint64) {
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, key)
		key += golden
		b = b[8:]
	}
	for i := range b {
		b[i] = byte(key >> (8 * i))
	}
}

// Differs is the first place where b does not hold the pattern of key, or -1.
func Differs(b []byte, key uint64) int {
	at := 0
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b) != key {
			break
		}
		key += golden
		b = b[8:]
		at += 8
	}
	for i := range b[:min(8, len(b))] {
		if b[i] != byte(key>>(8*i)) {
			return at + i
		}
	}
	return -1
}
