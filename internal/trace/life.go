package trace

import "fmt"

// life follows which ids hold a block. An id that was reallocated to size 0
// holds none but may still be freed, as free(NULL) may be called.
type life struct {
	ids        map[uint32]*state
	live, peak uint64
	count      int
}

type state struct {
	size uint64
	line int // where it was allocated or freed last
	held holding
}

type holding byte

const (
	freed holding = iota
	null          // realloc to 0 gave back nil
	block
)

func newLife() *life { return &life{ids: map[uint32]*state{}} }

func (l *life) apply(op Op, line int) error {
	s := l.ids[op.ID]
	if s == nil {
		if op.Kind == Free {
			return fmt.Errorf("free of id %d, which was never allocated", op.ID)
		}
		s = &state{}
		l.ids[op.ID] = s
	}
	switch op.Kind {
	case Malloc, Memalign:
		if s.held == block {
			return fmt.Errorf("id %d is allocated again while it holds the block of line %d", op.ID, s.line)
		}
		l.hold(s, op.Size)
	case Realloc:
		had := s.held == block
		l.drop(s)
		if had && op.Size == 0 {
			s.held = null
		} else {
			l.hold(s, op.Size)
		}
	case Free:
		if s.held == freed {
			return fmt.Errorf("id %d is freed again, it was freed in line %d", op.ID, s.line)
		}
		l.drop(s)
		s.held = freed
	}
	s.line = line
	return nil
}

func (l *life) hold(s *state, size uint64) {
	s.held, s.size = block, size
	l.live += size
	l.count++
	l.peak = max(l.peak, l.live)
}

func (l *life) drop(s *state) {
	if s.held == block {
		l.live -= s.size
		l.count--
	}
	s.held = null
}
