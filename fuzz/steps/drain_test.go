//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"

	"usarena/arena"
	"usarena/info"
)

// blocksOf lists what is allocated.
func blocksOf(name string) (map[arena.Offset]uint64, error) {
	list := map[arena.Offset]uint64{}
	for b, err := range info.Walk(name) {
		if err != nil {
			return nil, err
		}
		list[b.Offset] = b.Size
	}
	return list, nil
}

// drain frees everything, allocates all that there is and frees it again. It
// gives the number of pages that could be had.
func drain(a *arena.Arena, name string) (pages int, err error) {
	list, err := blocksOf(name)
	if err != nil {
		return 0, err
	}
	for off := range list {
		if err := a.Free(off); err != nil {
			return 0, err
		}
	}
	got, err := allPages(a)
	taken := map[arena.Offset]bool{}
	for _, off := range got {
		n, e := a.BlockSize(off)
		for at := off; at < off+n; at += page {
			if taken[at] {
				e = errors.Join(e, fmt.Errorf("the page at %#x was handed out twice", at))
			}
			taken[at] = true
		}
		err = errors.Join(err, e, a.Free(off))
	}
	return len(taken), err
}

// allPages allocates whole pages until there are no more.
func allPages(a *arena.Arena) (list []arena.Offset, err error) {
	for _, n := range []uint64{16, 1} {
		for {
			off, err := a.Malloc(n * page)
			if full(err) {
				break
			}
			if err != nil {
				return list, err
			}
			list = append(list, off)
		}
	}
	return list, nil
}
