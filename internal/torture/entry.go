package torture

import (
	"fmt"

	"usarena/arena"
)

// entry is what the book says of a block, in one word, so that nobody can be
// killed in the middle of it: whether there is one, how long, whose, and a number
// by which its contents differ from those of another at the same place.
type entry uint64

const (
	sizeBits  = 26
	slotBits  = 8
	genBits   = 16
	nonceBits = 12

	live   entry = 1 << 63
	inCell entry = 1 << 62 // some cell may lead to it
)

// newEntry is the entry of a block of n bytes that a user made; user 0 is nobody.
func newEntry(n uint64, user uint32, nonce uint64) entry {
	return live | entry(n)<<36&(1<<62-1) | entry(user>>16&(1<<slotBits-1))<<28 | entry(user&(gens-1))<<12 | entry(nonce&(1<<nonceBits-1))
}

func (e entry) size() uint64  { return uint64(e) >> 36 & (1<<sizeBits - 1) }
func (e entry) user() uint32  { return uint32(e>>28&(1<<slotBits-1))<<16 | uint32(e>>12&(gens-1)) }
func (e entry) nonce() uint64 { return uint64(e) & (1<<nonceBits - 1) }

// of is the same block in other hands.
func (e entry) of(user uint32) entry { return newEntry(e.size(), user, e.nonce()) | e&inCell }

func (e entry) String() string {
	return fmt.Sprintf("a block of %d bytes of %s", e.size(), userName(e.user()))
}

// userName is a user for people.
func userName(user uint32) string {
	if user == 0 {
		return "nobody"
	}
	return fmt.Sprintf("user %d.%d", user>>16, user&(gens-1))
}

func userOf(slot int, gen uint16) uint32 { return uint32(slot)<<16 | uint32(gen) }

// mark is the word that stands at a byte of a block. It says where and how long
// the block is, so that of two that overlap one is found changed.
func (e entry) mark(off, at uint64) uint64 {
	x := (off<<8 ^ e.size()<<34 ^ e.nonce() + at*0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9
	return x ^ x>>29
}

// marks calls f for the words of a block of n bytes that carry one: those of its
// beginning, one a page or, in a long block, some 64 of its pages, and the last
// whole word.
func marks(n uint64, f func(at uint64) bool) bool {
	end := n &^ 7
	for at := uint64(0); at < min(end, 512); at += 8 {
		if !f(at) {
			return false
		}
	}
	step := 4096 * (1 + n>>18)
	for at := step; at < end; at += step {
		if !f(at) {
			return false
		}
	}
	return end <= 512 || f(end-8)
}

// fill writes the marks of e into the block at off.
func (e entry) fill(a *arena.Arena, off uint64) {
	if e.size() < 8 {
		return
	}
	base := a.Pointer(off)
	_ = a.Bytes(off, e.size()) // all of it is there
	marks(e.size(), func(at uint64) bool { *word(base, at) = e.mark(off, at); return true })
}

// verify compares the first n bytes of the block at off with what fill wrote of e
// when the block was at was.
func (e entry) verify(a *arena.Arena, off, was, n uint64) (err error) {
	if n = min(n, e.size()); n < 8 {
		return nil
	}
	base := a.Pointer(off)
	_ = a.Bytes(off, n)
	marks(e.size(), func(at uint64) bool {
		if at+8 > n {
			return true
		}
		if got := *word(base, at); got != e.mark(was, at) {
			err = fmt.Errorf("%v at %#x: at byte %d stands %#x, written was %#x", e, off, at, got, e.mark(was, at))
		}
		return err == nil
	})
	return err
}

// intact is verify of a whole block that was not moved.
func (e entry) intact(a *arena.Arena, off uint64) error { return e.verify(a, off, off, e.size()) }
