package storm

import (
	"errors"
	"math/rand/v2"

	"usarena/arena"
)

// tray is some blocks that one goroutine has in its own memory.
type tray struct {
	a      *arena.Arena
	r      *rand.Rand
	sizes  sizes
	held   []entry
	allocs uint64
	live   uint64 // bytes asked for
	full   bool   // the last allocation was refused
}

func newTray(a *arena.Arena, r *rand.Rand, s sizes, places int) *tray {
	return &tray{a: a, r: r, sizes: s, held: make([]entry, places)}
}

// step allocates or frees one block.
func (y *tray) step() error {
	at := &y.held[y.r.IntN(len(y.held))]
	if *at != 0 {
		return y.drop(at)
	}
	return y.put(at)
}

// put allocates a block; an arena that is full is no error.
func (y *tray) put(at *entry) error {
	n := y.sizes.choose(y.r)
	off, err := y.a.Malloc(n)
	if y.full = errors.Is(err, arena.ErrNoSpace); y.full {
		return nil
	}
	if err != nil {
		return err
	}
	*at = entryOf(off, n)
	y.allocs, y.live = y.allocs+1, y.live+n
	fill(y.a, *at, 0)
	return nil
}

func (y *tray) drop(at *entry) error {
	e := *at
	*at = 0
	if e == 0 {
		return nil
	}
	y.live -= e.len()
	return errors.Join(intact(y.a, e), y.a.Free(e.off()))
}

// clear frees everything.
func (y *tray) clear() error {
	for i := range y.held {
		if err := y.drop(&y.held[i]); err != nil {
			return err
		}
	}
	return nil
}
