package repair

import (
	"math/bits"

	"usarena/info"
	"usarena/internal/layout"
)

// blockBits are the bits of a span.
type blockBits struct{ a, r, k [layout.BitWords]uint64 }

func (x *repairer) bitsOff(page uint64) uint64 { return x.geo.BitsOff + page*layout.BitsSize }

func (x *repairer) bits(page uint64) (b blockBits) {
	off := x.bitsOff(page)
	for i := range uint64(layout.BitWords) {
		word := off + i*layout.BitWordSize
		b.a[i] = x.d.word(word)
		b.r[i] = x.d.word(word + layout.BitsR)
		b.k[i] = x.d.word(word + layout.BitsK)
	}
	return b
}

// inClass are the bits of word i that belong to blocks.
func inClass(class, i int) uint64 {
	switch n := int(layout.ClassTable[class].Blocks) - i*64; {
	case n <= 0:
		return 0
	case n >= 64:
		return ^uint64(0)
	default:
		return 1<<n - 1
	}
}

// plausibleBits says that a span has live blocks and no bits that it cannot have.
func (x *repairer) plausibleBits(c claim) bool {
	b, live := x.bits(c.page), uint64(0)
	for i := range layout.BitWords {
		if (b.a[i]|b.r[i]|b.k[i])&^inClass(c.word.Class(), i) != 0 || b.k[i]&^(b.a[i]|b.r[i]) != 0 {
			return false
		}
		live |= b.a[i] &^ b.r[i]
	}
	return live != 0
}

// span makes the bits of a span agree with each other: what was returned is
// collected, what is kept is live. It says whether any block is live.
func (x *repairer) span(c claim) bool {
	b, class := x.bits(c.page), c.word.Class()
	any := uint64(0)
	for i := range layout.BitWords {
		off, mask := x.bitsOff(c.page)+uint64(i)*layout.BitWordSize, inClass(class, i)
		live := b.a[i] &^ b.r[i] & mask
		any |= live
		if beyond := b.a[i] &^ b.r[i] &^ mask; beyond != 0 {
			x.lost(info.KindBits, off, "the span at %#x has %d blocks, and bits %#x beyond them: blocks of another size, if its class is not what it was", x.dataOff(c.page), layout.ClassTable[class].Blocks, beyond)
		}
		x.set(info.KindBits, off, live, "allocated blocks of the span at page %d", c.page)
		x.set(info.KindBits, off+layout.BitsR, 0, "returned blocks of the span at page %d", c.page)
		k := b.k[i] & live
		for rest := k; rest != 0 && len(x.drops) > 0; rest &= rest - 1 {
			n := i*64 + bits.TrailingZeros64(rest)
			if x.drops[x.dataOff(c.page)+uint64(n)*uint64(layout.ClassTable[class].Size)] {
				k &^= rest & -rest
			}
		}
		x.set(info.KindBits, off+layout.BitsK, k, "kept blocks of the span at page %d", c.page)
	}
	return any != 0
}

// spanWord is the word of a span with live blocks now that its owner is gone: it
// is disowned, and its record says whose the blocks are.
func (x *repairer) spanWord(c claim) layout.State {
	w := c.word
	o := x.ownerOf(w)
	to := w &^ (layout.Owned | layout.Orphaned | layout.Room)
	if !o.possible {
		to = layout.OwnedSpan(w.Class(), w.Heap(), 0, 0, w.Seq())&^layout.Owned | w&layout.Tagged
	}
	b := x.bits(c.page)
	for i := range layout.BitWords {
		if b.a[i] != inClass(w.Class(), i) {
			to |= layout.Room
		}
	}
	if w&layout.Tagged != 0 || o.dead || !o.possible {
		x.tag(c, o)
		to |= layout.Tagged
	}
	return to
}

// owner is the user in the word of a span.
type owner struct {
	who      uint32 // as an entry names it
	possible bool
	dead     bool // it was attached until now
}

func (x *repairer) ownerOf(w layout.State) owner {
	o := owner{possible: w.Slot() >= 1 && w.Slot() <= int(x.geo.Users) && w.Gen() != 0}
	if !o.possible {
		return o // its blocks are nobody's
	}
	o.who = layout.LockWord(w.Slot(), w.Gen())
	if w&(layout.Owned|layout.Orphaned) != 0 || x.attached(w.Slot(), w.Gen()) {
		o.dead = true
		o.who |= layout.TenantDead
	}
	return o
}

// countSpan counts the blocks of a span, and notes that it has room.
func (x *repairer) countSpan(c claim) {
	class := c.word.Class()
	b, n := x.bits(c.page), 0
	for _, a := range b.a {
		n += bits.OnesCount64(a)
	}
	x.used += c.pages
	x.report.Blocks += uint64(n)
	x.report.Bytes += uint64(n) * uint64(layout.ClassTable[class].Size)
	if uint32(n) < layout.ClassTable[class].Blocks {
		x.partial[c.page>>x.geo.RegionShift][class>>6] |= 1 << (class & 63)
	}
}
