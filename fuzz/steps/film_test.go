//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
	"os"
)

// film is what an operation does to the arena.
type film struct {
	images []*image // each that is new; the last is that of the end
	calls  []int    // instructions that enter the kernel
	path   []point  // all instructions
	steps  int
}

// film steps through the operation.
func (s *scene) film() (f film, err error) {
	if err := s.hush(true); err != nil {
		return f, err
	}
	defer s.hush(false)
	w, err := newWatch(s.name, s.op.kind.cfg, pagesOf(s.things.Lock, s.things.Sema, s.things.Barrier, s.things.RWLock, s.things.Condition, s.aim.Cell))
	if err != nil {
		return f, err
	}
	defer w.close()
	text, err := readCode(s.tr)
	if err != nil {
		return f, err
	}
	defer text.close()
	times := map[uint64]int{}
	w.fresh()
	if s.first, err = w.take(0); err != nil {
		return f, err
	}
	f.images = append(f.images, s.first)
	for st := stepped; st != marked; {
		pc, calls, err := text.ahead()
		if err != nil {
			return f, err
		}
		times[pc]++
		f.path = append(f.path, point{pc, times[pc]})
		if calls {
			f.calls = append(f.calls, s.tr.steps)
		}
		if st, err = s.tr.step(); err != nil {
			return f, err
		}
		if st == ended {
			return f, fmt.Errorf("the hand ended at instruction %d", s.tr.steps)
		}
		if w.changed() && w.fresh() {
			m, err := w.take(s.tr.steps)
			if err != nil {
				return f, err
			}
			f.images = append(f.images, m)
		}
	}
	last, err := w.take(s.tr.steps)
	if err != nil {
		return f, err
	}
	last.end = true
	f.images, f.steps = append(f.images, last), s.tr.steps
	if err := s.tr.letGo(false); err != nil {
		return f, err
	}
	var d done
	if err := s.hand.hear(&d); err != nil {
		return f, err
	}
	if d.Err != "" {
		return f, errors.New(d.Err)
	}
	if now, err := blocksOf(s.name); err != nil || d.Got != 0 && now[d.Got] == 0 {
		return f, errors.Join(err, fmt.Errorf("the operation gave %#x, which is no block", d.Got))
	}
	return f, nil
}

// code reads the instructions that a stepped thread is at.
type code struct {
	tr    *tracer
	mem   *os.File
	known map[uint64]bool // whether the instruction there is a system call
}

func readCode(tr *tracer) (*code, error) {
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", tr.pid))
	return &code{tr, mem, map[uint64]bool{}}, err
}

func (c *code) close() { c.mem.Close() }

// next is the beginning of the next instruction.
func (c *code) next() (text [8]byte, err error) {
	r, err := c.tr.registers()
	if err == nil {
		_, err = c.mem.ReadAt(text[:], int64(r.Rip))
	}
	return text, err
}

// ahead is the address of the next instruction, and whether it is a system call.
func (c *code) ahead() (pc uint64, calls bool, err error) {
	r, err := c.tr.registers()
	if err != nil {
		return 0, false, err
	}
	is, ok := c.known[r.Rip]
	if !ok {
		var text [2]byte
		if _, err := c.mem.ReadAt(text[:], int64(r.Rip)); err != nil {
			return 0, false, err
		}
		is = text == [2]byte{0x0f, 0x05}
		c.known[r.Rip] = is
	}
	return r.Rip, is, nil
}
