package linear

import (
	"errors"
	"fmt"

	"usarena/arena"
)

// blockSizes are those that games allocate: small ones, and one of pages.
var blockSizes = [...]uint64{16, 64, 600, 40 << 10}

func (p *player) size() uint64 { return blockSizes[p.rnd.IntN(len(blockSizes))] }

// publishes plays one call on the cell.
func (p *player) publishes() error {
	cell := p.Board + cellOffset
	switch p.rnd.IntN(7) {
	case 0:
		return p.gets(func() uint64 { return p.a.LoadCell(cell) })
	case 1, 2:
		return p.makes(kMallocTo, func() (uint64, error) { return p.a.MallocTo(cell, p.size()) })
	case 3, 4:
		return p.makes(kReallocTo, func() (uint64, error) { return p.a.ReallocTo(cell, p.size()) })
	}
	return p.makes(kFreeFrom, func() (uint64, error) { return 0, p.a.FreeFrom(cell) })
}

// makes plays a call that gives a block, or loses against others.
func (p *player) makes(k kind, f func() (uint64, error)) error {
	return p.calls(k, 0, 0, func(c *call) (result, error) {
		off, err := f()
		for _, lost := range []error{arena.ErrBusy, arena.ErrDoubleFree, arena.ErrNotAllocated} {
			if errors.Is(err, lost) {
				return rNo, nil
			}
		}
		c.Value.Store(off)
		return rOK, err
	})
}

// lastPublished holds that there is no block but what the cell leads to.
func (p *player) lastPublished() error {
	at := uint64(0)
	if err := p.gets(func() uint64 { at = p.cell(); return at }); err != nil {
		return err
	}
	seen := at == 0
	for off, n := range p.a.Blocks() {
		if off == at {
			seen = true
		} else if off != p.Board {
			return fmt.Errorf("a block of %d bytes at %#x, to which nothing leads; the cell holds %#x", n, off, at)
		}
	}
	if !seen {
		return fmt.Errorf("the cell holds %#x, where no block is", at)
	}
	return nil
}

// owns allocates, frees, and hands blocks on.
func (p *player) owns() error {
	i := p.rnd.IntN(len(p.b.Shared))
	switch n := p.rnd.IntN(6); {
	case n < 3 && len(p.own) < 3:
		return p.calls(kMalloc, 0, 0, func(c *call) (result, error) {
			off, err := p.a.Malloc(p.size())
			if err == nil {
				p.own = append(p.own, off)
			}
			c.Value.Store(off)
			return rOK, err
		})
	case n == 3 && len(p.own) > 0:
		if last := len(p.own) - 1; p.b.Shared[i].CompareAndSwap(0, p.own[last]) {
			p.own = p.own[:last]
		}
		return nil
	case n == 4:
		if off := p.b.Shared[i].Swap(0); off != 0 {
			return p.frees(off)
		}
		return nil
	case len(p.own) > 0:
		off := p.own[len(p.own)-1]
		p.own = p.own[:len(p.own)-1]
		return p.frees(off)
	}
	return nil
}

func (p *player) frees(off uint64) error {
	return p.calls(kFree, 0, off, func(*call) (result, error) {
		err := p.a.Free(off)
		if errors.Is(err, arena.ErrDoubleFree) {
			return rNo, nil
		}
		return rOK, err
	})
}

// lastBlocks writes down which blocks are there and which are not. A block that no
// call tells of is one that the dead had just got.
func (p *player) lastBlocks() error {
	told, open := map[uint64]bool{}, 0
	for i := range p.b.Sheets {
		all, err := p.b.Sheets[i].entries()
		if err != nil {
			return err
		}
		for _, e := range all {
			if e.kind == kMalloc && e.result == rOK {
				told[e.value] = false
			} else if e.kind == kMalloc {
				open++
			}
		}
	}
	for off := range p.a.Blocks() {
		if _, ok := told[off]; ok {
			told[off] = true
		} else if open--; off != p.Board && open < 0 {
			return fmt.Errorf("the block at %#x is nobody's", off)
		} else if off == p.Board {
			open++
		}
	}
	for off, live := range told {
		k := kGone
		if live {
			k = kLive
		}
		if err := p.calls(k, 0, off, func(*call) (result, error) { return rOK, nil }); err != nil {
			return err
		}
	}
	return nil
}
