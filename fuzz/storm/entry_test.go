package storm

import (
	"fmt"
	"math/rand/v2"
	"unsafe"

	"usarena/arena"
)

// entry is a block and the length that was asked for, in one word: the offset in
// units of 16 bytes above, the length below. 0 is no block.
type entry uint64

const lengthBits = 30

func entryOf(off arena.Offset, n uint64) entry { return entry(off/16<<lengthBits | n) }
func (e entry) off() arena.Offset              { return uint64(e) >> lengthBits * 16 }
func (e entry) len() uint64                    { return uint64(e) & (1<<lengthBits - 1) }

// Patterns. Every page of a block says where and how long the block is, so that
// two blocks that share a page are noticed by one of their owners.

func mix(e entry, at uint64) uint64 {
	x := (uint64(e) + at*0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9
	return x ^ x>>29
}

// marks calls f for each word that carries a mark, up to length n: every word of
// the first page, then two words of every page, and the last whole word.
func marks(n uint64, f func(at uint64) bool) bool {
	end := n &^ 7
	for at := uint64(0); at < min(end, 4096); at += 8 {
		if !f(at) {
			return false
		}
	}
	for at := uint64(4096); at < end; at += 2048 {
		if !f(at) {
			return false
		}
	}
	return end <= 4096 || f(end-8)
}

// fill marks a block from its byte from on.
func fill(a *arena.Arena, e entry, from uint64) {
	if e.len() == 0 {
		return
	}
	base := unsafe.Pointer(unsafe.SliceData(a.Bytes(e.off(), e.len())))
	marks(e.len(), func(at uint64) bool {
		if at >= from {
			*(*uint64)(unsafe.Add(base, at)) = mix(e, at)
		}
		return true
	})
}

// verify reports what is wrong with the marks that fill made of e, in the block
// that begins at off by now, for its first n bytes.
func verify(a *arena.Arena, e entry, off arena.Offset, from, n uint64) error {
	n = min(n, e.len())
	if n == 0 {
		return nil
	}
	base := unsafe.Pointer(unsafe.SliceData(a.Bytes(off, n)))
	var bad error
	marks(e.len(), func(at uint64) bool {
		if at < from || at+8 > n {
			return true
		}
		if v := *(*uint64)(unsafe.Add(base, at)); v != mix(e, at) {
			bad = fmt.Errorf("block %#x of %d bytes: at byte %d stands %#x, written was %#x", off, e.len(), at, v, mix(e, at))
		}
		return bad == nil
	})
	return bad
}

// intact is verify of a block that was not moved.
func intact(a *arena.Arena, e entry) error { return verify(a, e, e.off(), 0, e.len()) }

// sizes are the lengths that a process asks for: 0 to Most, every Every-th one up
// to Large.
type sizes struct{ Least, Most, Large, Every int }

func (s sizes) choose(r *rand.Rand) uint64 {
	if s.Every > 0 && r.IntN(s.Every) == 0 {
		return uint64(s.Most + r.IntN(s.Large-s.Most+1))
	}
	n := s.Least + r.IntN(s.Most-s.Least+1)
	if r.IntN(2) == 0 && s.Least == 0 {
		n >>= r.IntN(12) // small ones are as frequent as large ones
	}
	return uint64(n)
}

// offsetsAt is element i of a list of offsets.
func offsetsAt(a *arena.Arena, list arena.Offset, i int) arena.Offset {
	return *(*arena.Offset)(a.Pointer(list + uint64(i)*8))
}
