package info

import (
	"errors"
	"iter"
	"math/bits"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// Walk goes over all allocated blocks of the arena called name, in the order of
// their offsets. Of an arena in use it gives each part as it was when the walk
// came by. Where words are damaged it goes on behind them. An error comes last,
// with a zero Block: as Check's, or ErrTruncated if the file shrinks meanwhile.
func Walk(name string) iter.Seq2[Block, error] {
	return func(yield func(Block, error) bool) {
		var log findings
		v, err := open(name, &log)
		if err != nil {
			yield(Block{}, err)
			return
		}
		defer func() { err = errors.Join(err, v.close()) }()
		stopped := false
		err = v.image.blocks(func(b Block) bool {
			stopped = !yield(b, nil)
			return !stopped
		})
		if err != nil && !stopped {
			yield(Block{}, err)
		}
	}
}

// BlocksOf goes over the allocated blocks of a mapped arena. It ends early if the
// file was cut off.
func BlocksOf(r *region.Region) iter.Seq[Block] {
	return func(yield func(Block) bool) {
		if m := guardedRegion(r); m != nil {
			_ = m.blocks(yield)
		}
	}
}

// blocks calls f for each block until f says no. f runs outside the guard: its
// faults and panics are its own.
func (m *image) blocks(f func(Block) bool) error {
	w := newWalker(m)
	for {
		var r run
		var b blockBits
		var t *tenancy
		ok := false
		err := m.guard(func() {
			if r, ok = w.next(); ok && r.kind == layout.Span {
				b = m.blockBits(r.page)
				t = m.tenancy(r.page, r.word)
			}
		})
		if err != nil || !ok {
			return err
		}
		if !m.blocksOf(r, &b, t, f) {
			return nil
		}
	}
}

// blocksOf calls f for the blocks of one run.
func (m *image) blocksOf(r run, b *blockBits, t *tenancy, f func(Block) bool) bool {
	x := Block{Offset: m.dataOff(r.page)}
	switch r.kind {
	case layout.Large:
		if r.objects() { // nobody's memory
			return true
		}
		x.Kind, x.Class, x.Size = "large", -1, r.pages<<layout.PageShift
		return f(x.by(m.tenantOfLarge(r.word)))
	case layout.Span:
		c := layout.ClassTable[r.word.Class()]
		x.Kind, x.Class, x.Size = "small", r.word.Class(), uint64(c.Size)
		base, end := x.Offset, m.dataOff(r.page+r.pages)
		for i := range layout.BitWords {
			for live := b.live(i) & inClass(c, i); live != 0; live &= live - 1 {
				n := bits.TrailingZeros64(live)
				x.Offset = base + uint64(i*64+n)*x.Size
				if x.Offset > end || x.Size > end-x.Offset {
					return true // the look ends in this span
				}
				if !f(x.by(m.tenantOf(t, b, i, n))) {
					return false
				}
			}
		}
	}
	return true
}

// by is the block with its user.
func (x Block) by(t tenant) Block {
	x.Slot, x.Gen, x.Orphan = t.slot, t.gen, t.orphan
	return x
}

// live are the allocated blocks of word i.
func (b *blockBits) live(i int) uint64 { return b.a[i] &^ b.r[i] }
