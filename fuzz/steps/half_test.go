//go:build linux && amd64

package steps

import (
	"fmt"
	"sync"
)

// halfway is an image of an operation that is in the middle, and who was at it.
type halfway struct {
	image *image
	slot  int
}

// pool has such images, for operations that begin where a death has cut another
// one short. Operations of which recovery decides what is allocated are left out.
var (
	poolMu sync.Mutex
	pool   []halfway
)

// poolMost bounds the memory that it takes.
const poolMost = 400

// remember adds images to the pool, or puts them in the place of others.
func (s *scene) remember(list []*image) {
	if s.op.kind.name != heap.name || s.op.things || s.aim.Cell != 0 || s.slot == 0 || len(list) < 3 {
		return
	}
	r := choices(s.seed, 6)
	poolMu.Lock()
	defer poolMu.Unlock()
	for range 3 {
		x := halfway{pick(r, list[1:len(list)-1]), s.slot}
		if len(pool) < poolMost {
			pool = append(pool, x)
		} else {
			pool[r.IntN(poolMost)] = x
		}
	}
}

// halfDone begins at an image of the pool.
func (b *base) halfDone() error {
	poolMu.Lock()
	defer poolMu.Unlock()
	if len(pool) == 0 {
		return fmt.Errorf("%w: no operation has been looked at before", errSkip)
	}
	x := pick(choices(b.seed, 7), pool)
	b.image, b.dead = x.image, x.slot
	return nil
}
