//go:build linux && amd64

package steps

import (
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// point is one instruction of an operation: its address, and how often it has
// come by then.
type point struct {
	pc    uint64
	times int
}

// jump is a way to an instruction that is shorter than step by step: run until
// the point, which comes after so many steps.
type jump struct {
	point
	steps int
}

// stopCost is what a stop at a breakpoint costs, in steps: to take it out, step
// over it, put it in again.
const stopCost = 4

// jumpTo finds the cheapest way to instruction k of an operation whose
// instructions were at path. Steps that are left over have to be made.
func jumpTo(path []point, k int) (best jump) {
	cost := k
	for j := min(k, len(path)-1); j > 0 && k-j < cost; j-- {
		if c := k - j + path[j].times*stopCost; c < cost && lonely(path[j]) {
			cost, best = c, jump{path[j], j}
		}
	}
	return best
}

// lonely says that other threads of the stepped process, which may run now and
// then, do not come to the instruction: it is the project's, or one that Go's
// runtime needs once in the operation. A thread that did would end the process.
func lonely(p point) bool {
	f := runtime.FuncForPC(uintptr(p.pc)) // the stepped process is the same program
	return f != nil && (p.times == 1 || ours(f))
}

func ours(f *runtime.Func) bool { return f != nil && strings.HasPrefix(f.Name(), "usarena/") }

// matters says of each instruction whether a death before it may leave anything
// else behind than one a moment earlier: between two of those Go's runtime is at
// its own, and the arena and the kernel know nothing of it.
func (f film) matters() []bool {
	ks := make([]bool, f.steps+1)
	around := func(k int) { ks[k], ks[min(k+1, f.steps)] = true, true }
	for k, p := range f.path {
		if ours(runtime.FuncForPC(uintptr(p.pc))) {
			around(k)
		}
	}
	for _, k := range f.calls {
		around(k)
	}
	for _, m := range f.images {
		around(max(m.step-1, 0))
	}
	return ks
}

// run takes the way. Where the operation goes another way this time it may end.
func (tr *tracer) run(j jump) (state, error) {
	if j.times == 0 {
		return stepped, nil
	}
	text := make([]byte, 1)
	at := uintptr(j.pc)
	if _, err := unix.PtracePeekText(tr.tid, at, text); err != nil {
		return 0, fmt.Errorf("breakpoint at %#x: %w", at, err)
	}
	for n := range j.times {
		if n > 0 {
			if st, err := tr.step(); err != nil || st != stepped {
				return st, err
			}
		}
		if _, err := unix.PtracePokeText(tr.tid, at, []byte{0xcc}); err != nil {
			return 0, fmt.Errorf("breakpoint at %#x: %w", at, err)
		}
		st, err := tr.proceed(unix.PTRACE_CONT) // to the breakpoint, or to its mark
		if err != nil || st == ended {
			return st, err
		}
		if _, err := unix.PtracePokeText(tr.tid, at, text); err != nil {
			return 0, fmt.Errorf("breakpoint at %#x: %w", at, err)
		}
		if st == marked {
			return st, nil
		}
		r, err := tr.registers()
		if err != nil {
			return 0, err
		}
		if r.Rip != j.pc+1 {
			return 0, fmt.Errorf("stopped at %#x, the breakpoint is at %#x", r.Rip, j.pc)
		}
		r.Rip = j.pc
		if err := unix.PtraceSetRegs(tr.tid, &r); err != nil {
			return 0, err
		}
	}
	tr.steps = j.steps
	return stepped, nil
}
