package ops_test

import (
	"fmt"
	"slices"

	"github.com/google/btree"
)

// block is what the model knows of a live block.
type block struct {
	off, size uint64
	wrote     uint64 // bytes that carry the pattern
	seed      uint64 // of the pattern
	zeroed    bool   // everything behind them is zero: it came from Calloc and Recalloc only
	by        int    // worker that wrote it
}

func (b *block) String() string { return fmt.Sprintf("%#x+%d", b.off, b.size) }

// model is the plain truth: the live blocks, and by offset, so that no two
// overlap.
type model struct {
	live  map[uint64]*block
	order *btree.BTreeG[*block]
	list  []*block // in the order of allocation, for drawing
	gone  []uint64 // offsets freed, newest last
	root  uint64
}

func newModel() *model {
	return &model{live: map[uint64]*block{}, order: btree.NewG(8, func(a, b *block) bool { return a.off < b.off })}
}

// add notes a new block. The error says what is wrong with it.
func (m *model) add(b *block, asked, align uint64) error {
	switch {
	case b.off == 0 || b.off%16 != 0:
		return fmt.Errorf("offset %#x is no multiple of 16", b.off)
	case align > 0 && b.off%align != 0:
		return fmt.Errorf("offset %#x is no multiple of %d", b.off, align)
	case asked > wholeFill && b.off%pageBytes != 0:
		return fmt.Errorf("offset %#x of %d bytes is no multiple of the page size", b.off, asked)
	case b.size < max(asked, 1):
		return fmt.Errorf("block of %d bytes, %d were asked for", b.size, asked)
	}
	var other *block
	m.order.DescendLessOrEqual(b, func(x *block) bool {
		if x.off+x.size > b.off {
			other = x
		}
		return false
	})
	m.order.AscendGreaterOrEqual(b, func(x *block) bool {
		if x.off < b.off+b.size {
			other = x
		}
		return false
	})
	if other != nil {
		return fmt.Errorf("block %v overlaps the live block %v of worker %d", b, other, other.by)
	}
	m.live[b.off] = b
	m.order.ReplaceOrInsert(b)
	m.list = append(m.list, b)
	return nil
}

// remove forgets a block that was freed or moved.
func (m *model) remove(b *block) {
	delete(m.live, b.off)
	m.order.Delete(b)
	m.list = slices.DeleteFunc(m.list, func(x *block) bool { return x == b })
	m.gone = append(m.gone, b.off)
}

// bytes is the sum of all blocks' sizes.
func (m *model) bytes() (n uint64) {
	for _, b := range m.list {
		n += b.size
	}
	return n
}

// compare holds what a walk found, in its order, against the model.
func (m *model) compare(walk func(yield func(off, size uint64) bool)) error {
	n := 0
	var bad error
	for off, size := range walk {
		b := m.live[off]
		switch {
		case b == nil:
			bad = fmt.Errorf("the walk finds a block %#x+%d that is not live", off, size)
		case b.size != size:
			bad = fmt.Errorf("the walk finds %d bytes at %#x, BlockSize said %d", size, off, b.size)
		}
		if bad != nil {
			return bad
		}
		n++
	}
	if n != len(m.live) {
		return fmt.Errorf("the walk finds %d blocks, %d are live", n, len(m.live))
	}
	return nil
}
