package storm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"

	"usarena/arena"
	"usarena/internal/worker"
)

// partSpec tells the roles of the tests about idle owners and large blocks what
// to allocate: blocks of Least to Most bytes until their sizes make Want bytes.
type partSpec struct {
	Arena       string
	Want        uint64
	Least, Most int
	Busy        bool // go on with allocating and freeing until told to rest
}

// part is what one process allocated: a block with the offsets of all others.
type part struct {
	List   arena.Offset
	Blocks int
	Bytes  uint64 // sizes of all blocks
	Slot   int
}

// take allocates a part. It is less than wanted when the arena is full.
func (spec *partSpec) take(a *arena.Arena) (part, error) {
	p := part{Slot: a.Self().Slot}
	most := int(spec.Want) / ((spec.Least + spec.Most) / 2) * 3 / 2
	list, err := arena.NewSlice[arena.Offset](a, most)
	if errors.Is(err, arena.ErrNoSpace) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.List = list.Offset()
	r := rand.New(rand.NewPCG(1, spec.Want))
	for p.Bytes < spec.Want && p.Blocks < most {
		off, err := a.Malloc(uint64(spec.Least + r.IntN(spec.Most-spec.Least+1)))
		if errors.Is(err, arena.ErrNoSpace) {
			break
		}
		if err != nil {
			return p, err
		}
		n, err := a.BlockSize(off)
		if err != nil {
			return p, err
		}
		list.In(a)[p.Blocks] = off
		p.Blocks, p.Bytes = p.Blocks+1, p.Bytes+n
	}
	return p, nil
}

// free gives back all of a part, the list included.
func (p part) free(a *arena.Arena) error {
	for i := range p.Blocks {
		if err := a.Free(offsetsAt(a, p.List, i)); err != nil {
			return fmt.Errorf("block %d of %d: %w", i, p.Blocks, err)
		}
	}
	return a.Free(p.List)
}

func init() {
	// owner allocates a part and then sleeps in a system call until it
	// is told to leave.
	role("owner", func(s *worker.Side) error {
		var spec partSpec
		if err := s.Spec(&spec); err != nil {
			return err
		}
		a, err := arena.Join(spec.Arena)
		if err != nil {
			return err
		}
		p, err := spec.take(a)
		if err != nil {
			return err
		}
		tell := func() error { return s.Tell(p) }
		if spec.Busy {
			err = keepBusy(a, tell)
		} else {
			err = tell()
		}
		if err != nil {
			return err
		}
		if _, err := os.Stdin.Read(make([]byte, 64)); err != nil {
			return err
		}
		return a.Close()
	})
	// freer frees what it is told.
	role("freer", func(s *worker.Side) error {
		var spec struct {
			Arena string
			Part  part
		}
		if err := s.Spec(&spec); err != nil {
			return err
		}
		a, err := arena.Join(spec.Arena)
		if err != nil {
			return err
		}
		return errors.Join(spec.Part.free(a), a.Close())
	})
	// taker allocates a part as often as it takes to get all of it, or whenever
	// told, tells what it got and frees that.
	role("taker", func(s *worker.Side) error {
		s.Follow()
		var spec partSpec
		if err := s.Spec(&spec); err != nil {
			return err
		}
		a, err := arena.Join(spec.Arena)
		if err != nil {
			return err
		}
		for again := true; again; {
			p, err := spec.take(a)
			if err != nil {
				return err
			}
			if p.List != 0 {
				if err := p.free(a); err != nil {
					return err
				}
			}
			if err := s.Tell(p); err != nil {
				return err
			}
			if err := s.Hear(&again); err != nil {
				return err
			}
		}
		return a.Close()
	})
}

// keepBusy uses this process's heap, calls tell while it does, and goes on until
// a line comes in.
func keepBusy(a *arena.Arena, tell func() error) error {
	told := make(chan struct{})
	go func() {
		os.Stdin.Read(make([]byte, 64))
		close(told)
	}()
	last := arena.Offset(0)
	for i := 0; ; i++ {
		select {
		case <-told:
			return a.Free(last)
		default:
		}
		if i == 1000 {
			if err := tell(); err != nil {
				return err
			}
		}
		p, err := a.Malloc(64)
		if err == nil {
			err = a.Free(last)
		}
		if err != nil {
			return err
		}
		last = p
	}
}
