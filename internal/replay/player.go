package replay

import (
	"fmt"

	"usarena/arena"
	"usarena/internal/trace"
)

// player is one thread's part of one replay. Its ids are dense, so that no two
// players share a cache line of this table.
type player struct {
	a      *arena.Arena
	ops    []trace.Op
	blocks []block
	stride uint32 // number of players: ids of this one are all equal modulo stride
	seed   uint64
	bare   *bare  // instead of all that is verified
	bytes  uint64 // compared so far
}

type block struct {
	off  arena.Offset
	size uint64
	key  uint64
	live bool
}

// ContentError says that a block does not hold what was written to it.
type ContentError struct {
	Offset arena.Offset // of the first wrong byte
	ID     uint32
	Size   uint64
	When   string
}

func (e *ContentError) Error() string {
	return fmt.Sprintf("block of id %d, %d bytes: the byte at offset %#x is not what was written there (seen %s)", e.ID, e.Size, e.Offset, e.When)
}

// players deals a trace out to so many threads.
func players(a *arena.Arena, t *trace.Trace, threads int, seed uint64, bare bool) []*player {
	list := make([]*player, threads)
	for i, ops := range t.Split(threads) {
		p := &player{a: a, ops: ops, stride: uint32(threads), seed: seed}
		if bare {
			p.bare = newBare(ops, t.IDs, threads)
		} else {
			p.blocks = make([]block, t.IDs/threads+1)
		}
		list[i] = p
	}
	return list
}

// play does all operations.
func (p *player) play() error {
	if p.bare != nil {
		return p.bare.play(p.a)
	}
	for i := range p.ops {
		op := &p.ops[i]
		if err := p.doVerified(op, &p.blocks[op.ID/p.stride], uint64(i)); err != nil {
			return failed(p.ops, i, err)
		}
	}
	return nil
}

// failed is the error of operation i.
func failed(ops []trace.Op, i int, err error) error {
	op := &ops[i]
	return fmt.Errorf("operation %d of %d (%c, id %d, %d bytes): %w", i+1, len(ops), op.Kind, op.ID, op.Size, err)
}

// do is one operation and nothing else.
func (p *player) do(op *trace.Op, b *block) (err error) {
	switch op.Kind {
	case trace.Malloc:
		b.off, err = p.a.Malloc(op.Size)
	case trace.Memalign:
		b.off, err = p.a.Memalign(op.Align, op.Size)
	case trace.Realloc:
		b.off, err = p.a.Realloc(b.off, op.Size)
	case trace.Free:
		err = p.a.Free(b.off)
		b.off = 0
	}
	return err
}

// doVerified compares what is there before it goes, and what a move carried
// along, and fills what is new.
func (p *player) doVerified(op *trace.Op, b *block, n uint64) error {
	if b.live {
		if err := p.compare(op.ID, b, b.size, "before "+verb(op.Kind)); err != nil {
			return err
		}
	}
	old := *b
	if err := p.do(op, b); err != nil {
		return err
	}
	b.live = b.off != 0
	if !b.live {
		return nil
	}
	if op.Kind == trace.Memalign && b.off%op.Align != 0 {
		return fmt.Errorf("the block is at offset %#x, no multiple of %d", b.off, op.Align)
	}
	b.size = op.Size
	if op.Kind == trace.Realloc && old.live {
		if err := p.compare(op.ID, b, min(old.size, op.Size), "after realloc"); err != nil {
			return err
		}
	}
	b.key = key(p.seed, uint64(op.ID), n)
	Fill(p.a.Bytes(b.off, b.size), b.key)
	return nil
}

func verb(k trace.Kind) string {
	if k == trace.Realloc {
		return "realloc"
	}
	return "free"
}

// compare looks at the first n bytes of a block.
func (p *player) compare(id uint32, b *block, n uint64, when string) error {
	if n == 0 {
		return nil
	}
	if at := Differs(p.a.Bytes(b.off, n), b.key); at >= 0 {
		return &ContentError{b.off + uint64(at), id, b.size, when}
	}
	p.bytes += n
	return nil
}

// finish frees what the trace left.
func (p *player) finish() error {
	if p.bare != nil {
		return p.bare.finish(p.a)
	}
	for i := range p.blocks {
		b := &p.blocks[i]
		if b.off == 0 {
			continue
		}
		if b.live {
			if err := p.compare(uint32(i)*p.stride, b, b.size, "at the end"); err != nil {
				return err
			}
		}
		if err := p.a.Free(b.off); err != nil {
			return fmt.Errorf("block left by the trace at offset %#x: %w", b.off, err)
		}
		b.off = 0
	}
	return nil
}
