package replay

import (
	"fmt"

	"usarena/arena"
	"usarena/internal/trace"
)

// bare is a player that does the operations and nothing else: the time is the
// allocator's.
type bare struct {
	ops    []trace.Op
	blocks []arena.Offset
}

// newBare prepares the operations: ids count from 0, and the table is there.
func newBare(ops []trace.Op, ids, stride int) *bare {
	b := &bare{ops: ops, blocks: make([]arena.Offset, ids/stride+1)}
	if stride > 1 {
		b.ops = append([]trace.Op(nil), ops...)
		for i := range b.ops {
			b.ops[i].ID /= uint32(stride)
		}
	}
	clear(b.blocks) // its pages as well
	return b
}

// play does what player.do does; written out, as a call would be a tenth of what is
// measured.
func (b *bare) play(a *arena.Arena) (err error) {
	blocks := b.blocks
	for i := range b.ops {
		op := &b.ops[i]
		p := &blocks[op.ID]
		switch op.Kind {
		case trace.Malloc:
			*p, err = a.Malloc(op.Size)
		case trace.Free:
			err = a.Free(*p)
			*p = 0
		case trace.Realloc:
			*p, err = a.Realloc(*p, op.Size)
		case trace.Memalign:
			*p, err = a.Memalign(op.Align, op.Size)
		}
		if err != nil {
			return failed(b.ops, i, err)
		}
	}
	return nil
}

// finish frees what the trace left.
func (b *bare) finish(a *arena.Arena) error {
	for i, p := range b.blocks {
		if err := a.Free(p); err != nil {
			return fmt.Errorf("block left by the trace at offset %#x: %w", p, err)
		}
		b.blocks[i] = 0
	}
	return nil
}
