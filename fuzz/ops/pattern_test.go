package ops_test

import (
	"bytes"
	"fmt"
)

// Blocks up to wholeFill are written whole; of larger ones the first bytes of
// each page and the last bytes of the block.
const (
	wholeFill = 32 << 10
	sample    = 64
	pageBytes = 4096
)

// stretches calls f for the stretches of a block of n bytes that carry the pattern.
func stretches(n uint64, f func(from, to uint64)) {
	if n <= wholeFill {
		f(0, n)
		return
	}
	for at := uint64(0); at < n; at += pageBytes {
		f(at, min(at+sample, n))
	}
	f(n-sample, n)
}

// mix is the word i of the pattern of a seed.
func mix(seed, i uint64) uint64 {
	x := seed ^ i*0x9e3779b97f4a7c15
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	return x ^ x>>29
}

// fill writes the pattern of seed into all of b.
func fill(b []byte, seed uint64) {
	stretches(uint64(len(b)), func(from, to uint64) {
		for i := from; i < to; i++ {
			b[i] = byte(mix(seed, i>>3) >> (i & 7 * 8))
		}
	})
}

// same compares b, the beginning of a block of which the first n bytes carry
// the pattern of seed, with that pattern. The empty string is: as it must be.
func same(b []byte, n, seed uint64) (bad string) {
	stretches(n, func(from, to uint64) {
		for i := from; i < min(to, uint64(len(b))) && bad == ""; i++ {
			if want := byte(mix(seed, i>>3) >> (i & 7 * 8)); b[i] != want {
				bad = fmt.Sprintf("byte %d of %d is %#02x, %#02x was written", i, n, b[i], want)
			}
		}
	})
	return bad
}

var zeros [4096]byte

// zero finds the first byte of b that is not 0; from is where b begins in its
// block.
func zero(b []byte, from uint64) string {
	for len(b) >= len(zeros) && bytes.Equal(b[:len(zeros)], zeros[:]) {
		b, from = b[len(zeros):], from+uint64(len(zeros))
	}
	for i, x := range b {
		if x != 0 {
			return fmt.Sprintf("byte %d is %#02x instead of 0", from+uint64(i), x)
		}
	}
	return ""
}
