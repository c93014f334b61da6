package info

import (
	"errors"
	"iter"

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
// faults and panics are its own, and all that is told of a run was read before.
func (m *image) blocks(f func(Block) bool) error {
	w := newWalker(m)
	var list []Block
	for {
		ok := false
		list = list[:0]
		err := m.guard(func() {
			var r run
			if r, ok = w.next(); ok {
				list = m.blocksOf(r, list)
			}
		})
		if err != nil || !ok {
			return err
		}
		for _, b := range list {
			if !f(b) {
				return nil
			}
		}
	}
}

// blocksOf appends the blocks of one run to list.
func (m *image) blocksOf(r run, list []Block) []Block {
	switch x := m.first(r); {
	case r.kind == layout.Large && !r.objects(): // objects are nobody's memory
		list = append(list, x.by(m.tenantOfLarge(r.word)))
	case r.kind == layout.Span:
		b := m.blockBits(r.page)
		base, end := x.Offset, m.dataOff(r.page+r.pages)
		m.eachLive(r, &b, func(n int, t tenant) {
			x.Offset = base + uint64(n)*x.Size
			if x.Offset <= end && x.Size <= end-x.Offset { // else the look ends in this span
				list = append(list, x.by(t))
			}
		})
	}
	return list
}

// first is the first block of a large run or a span, without its user.
func (m *image) first(r run) Block {
	x := Block{Kind: "large", Offset: m.dataOff(r.page), Class: -1, Size: r.pages << layout.PageShift}
	if r.kind == layout.Span {
		x.Kind, x.Class = "small", r.word.Class()
		x.Size = uint64(layout.ClassTable[x.Class].Size)
	}
	return x
}

// by is the block with its user.
func (x Block) by(t tenant) Block {
	x.Slot, x.Gen, x.Orphan = t.slot, t.gen, t.orphan
	return x
}

// live are the allocated blocks of word i.
func (b *blockBits) live(i int) uint64 { return b.a[i] &^ b.r[i] }
