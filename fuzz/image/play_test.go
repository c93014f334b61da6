package image_test

import (
	"context"
	"math/rand/v2"

	"usarena/alloc"
	"usarena/arena"
)

// player does random things with an arena that somebody could attach to.
type player struct {
	*witness
	rnd  *rand.Rand
	offs []uint64 // some of what there is, and of what there was
}

const (
	playSteps = 40
	walked    = 64 // blocks of the arena that are played with
)

// join attaches twice, plays, and leaves.
func (w *witness) join(name string, seed uint64) {
	a, err := arena.Join(name)
	if !w.err("Join", err) {
		return
	}
	p := &player{witness: w, rnd: rand.New(rand.NewPCG(seed, 77))}
	var b *arena.Arena
	if a.Config().Users > 1 || seed%16 == 3 { // a full table is slow: it is waited for a little
		if b, err = arena.Join(name); !w.err("Join again", err) {
			b = nil
		}
	}
	for off := range a.Blocks() {
		if p.offs = append(p.offs, off); len(p.offs) >= walked {
			break
		}
	}
	for range playSteps {
		if user := a; p.rnd.IntN(3) == 0 && b != nil {
			p.step(b)
		} else {
			p.step(user)
		}
	}
	if seed%16 == 5 {
		w.report("Arena.Check", a.Check(), nil)
	}
	if b != nil {
		w.err("Close", b.Close())
	}
	w.err("Close", a.Close())
}

// heap is what attachments and heaps in memory have in common.
type heap interface {
	Malloc(n uint64) (uint64, error)
	Calloc(n, size uint64) (uint64, error)
	Memalign(align, n uint64) (uint64, error)
	Realloc(p, n uint64) (uint64, error)
	Recalloc(p, n, size uint64) (uint64, error)
	Free(p uint64) error
	BlockSize(p uint64) (uint64, error)
	Mallopt(cmd alloc.Option, val int) error
	Mallinfo() alloc.Mallinfo
}

func (p *player) size() uint64 {
	switch p.rnd.IntN(8) {
	case 0:
		return p.rnd.Uint64N(40 << 10)
	case 1:
		return p.rnd.Uint64N(600 << 10)
	case 2:
		return []uint64{0, 1, 32 << 10, 32<<10 + 1, 3 << 20, 1 << 40, ^uint64(0)}[p.rnd.IntN(7)]
	}
	return p.rnd.Uint64N(1200)
}

// off is an offset: of a block, near one, or any.
func (p *player) off() uint64 {
	if len(p.offs) == 0 || p.rnd.IntN(12) == 0 {
		return p.rnd.Uint64() >> p.rnd.IntN(64)
	}
	off := p.offs[p.rnd.IntN(len(p.offs))]
	if p.rnd.IntN(6) == 0 {
		off += p.rnd.Uint64N(1<<p.rnd.IntN(20)) - p.rnd.Uint64N(1<<p.rnd.IntN(20))
	}
	return off
}

// got notes what was given out.
func (p *player) got(what string, off uint64, err error) uint64 {
	if p.err(what, err) && off != 0 {
		p.offs = append(p.offs, off)
		return off
	}
	return 0
}

// use does one thing that every heap can do. The result is a block to write to,
// or 0.
func (p *player) use(h heap) (off, size uint64) {
	var err error
	switch p.rnd.IntN(12) {
	case 0, 1, 2:
		off, err = h.Malloc(p.size())
		off = p.got("Malloc", off, err)
	case 3:
		off, err = h.Calloc(p.size(), uint64(p.rnd.IntN(3)))
		off = p.got("Calloc", off, err)
	case 4:
		off, err = h.Memalign(1<<p.rnd.IntN(20), p.size())
		off = p.got("Memalign", off, err)
	case 5, 6:
		off, err = h.Realloc(p.off(), p.size())
		off = p.got("Realloc", off, err)
	case 7:
		off, err = h.Recalloc(p.off(), p.size(), 1)
		off = p.got("Recalloc", off, err)
	case 8, 9:
		p.err("Free", h.Free(p.off()))
	case 10:
		_, err = h.BlockSize(p.off())
		p.err("BlockSize", err)
	case 11:
		if p.rnd.IntN(4) == 0 {
			p.err("Mallopt", h.Mallopt(alloc.Debug, p.rnd.IntN(2)))
		}
		h.Mallinfo()
	}
	if off != 0 {
		size, err = h.BlockSize(off)
		p.err("BlockSize of it", err)
	}
	return off, size
}

// step does one thing with an attachment.
func (p *player) step(a *arena.Arena) {
	if p.rnd.IntN(8) > 0 {
		if off, size := p.use(a); size > 0 {
			p.window(a, off, size, true)
		}
		return
	}
	switch p.rnd.IntN(5) {
	case 0:
		_, err := a.Recover(context.Background())
		p.err("Recover", err)
	case 1:
		a.PutInfo(p.off())
		_, err := arena.Root[uint64](a)
		p.err("Root", err)
	case 2:
		a.CasInfo(a.GetInfo(), p.off())
		_, err := arena.At[[100]uint64](a, p.off())
		p.err("At", err)
	case 3:
		a.Stats()
		a.Users()
	case 4:
		n := 0
		for off, size := range a.Blocks() {
			p.window(a, off, size, false)
			if n++; n > 200 {
				break
			}
		}
	}
}
