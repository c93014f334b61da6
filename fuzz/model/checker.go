package model

import (
	"fmt"
	"hash/maphash"
)

// Mark is one line of the allocator that a model's step stands for. The line
// carries the comment "// model: " and the name. Stores that nobody reads before
// the last of them are one step: it has several names.
type Mark struct{ Name, Code string }

// Machine is a protocol as a finite machine. Equal states have equal futures.
type Machine[S comparable] interface {
	// Start is the only initial state.
	Start() S
	// Next tells emit every step that somebody can take in s: who, which mark
	// (an index of Marks), and the state it leads to.
	Next(s S, emit func(who, mark uint8, to S))
	// Wrong is what is not as it must be in s, "" if nothing.
	Wrong(s S) string
	// Clean is where everything has been given back. It must stay in reach.
	Clean(s S) bool
	// Marks names the steps.
	Marks() []Mark
}

// Lazy is a machine with steps that nobody need take: to begin an operation, to
// die, to take over from the dead. A clean state must stay in reach without them.
type Lazy interface {
	Lazy(mark uint8) bool
}

// Result is what Explore has seen.
type Result struct {
	States, Steps, Depth int
	Cleans               int    // states in which everything was given back
	Wrong                string // "" if all states are as they must be
	Path                 []string
	Used                 []bool // by mark: some step of it was taken
	Whole                bool   // every reachable state was visited
}

// explorer holds the states found so far, in the order of their discovery. The
// table is an open hash of indices, so a state is stored once.
type explorer[S comparable] struct {
	seed   maphash.Seed
	table  []place
	states []S
	hash   []uint64 // by state
	parent []int32
	who    []uint8
	mark   []uint8
	from   []int // by state: where its successors begin in to
	to     []int32
	steps  int
}

// place is where the table leads to. The upper half of the hash is at hand, so that
// hardly any state is looked at in vain.
type place struct {
	upper uint32
	state int32 // index+1, 0 is empty
}

// find is s's index; fresh says that it was not known.
func (e *explorer[S]) find(s S) (i int32, fresh bool) {
	if 2*len(e.states) >= len(e.table) {
		e.grow()
	}
	hash := maphash.Comparable(e.seed, s)
	mask, upper := uint64(len(e.table)-1), uint32(hash>>32)
	for at := hash & mask; ; at = (at + 1) & mask {
		switch p := e.table[at]; {
		case p.state == 0:
			e.states, e.hash = append(e.states, s), append(e.hash, hash)
			e.table[at] = place{upper, int32(len(e.states))}
			return int32(len(e.states) - 1), true
		case p.upper == upper && e.states[p.state-1] == s:
			return p.state - 1, false
		}
	}
}

func (e *explorer[S]) grow() {
	e.table = make([]place, max(1<<12, 2*len(e.table)))
	mask := uint64(len(e.table) - 1)
	for i, hash := range e.hash {
		at := hash & mask
		for e.table[at].state != 0 {
			at = (at + 1) & mask
		}
		e.table[at] = place{uint32(hash >> 32), int32(i + 1)}
	}
}

// Explore visits every state that m can reach, breadth first, and stops at the
// first one that is wrong: its path is a shortest one. At the end it proves
// that from every state a clean one can be reached. limit bounds the states.
func Explore[S comparable](m Machine[S], limit int) Result {
	e := &explorer[S]{seed: maphash.MakeSeed()}
	r := Result{Used: make([]bool, len(m.Marks()))}
	e.find(m.Start())
	e.parent, e.who, e.mark = append(e.parent, -1), append(e.who, 0), append(e.mark, 0)
	lazy, _ := any(m).(Lazy)
	var clean []int32
	last := 0 // first state of the next level
	for i := 0; i < len(e.states); i++ {
		if i == last {
			r.Depth++
			last = len(e.states)
		}
		s := e.states[i]
		if r.Wrong = m.Wrong(s); r.Wrong != "" {
			return e.told(m, r, int32(i))
		}
		if m.Clean(s) {
			clean = append(clean, int32(i))
		}
		if len(e.states) > limit {
			r.Wrong = fmt.Sprintf("more than %d states", limit)
			return e.told(m, r, int32(i))
		}
		e.from = append(e.from, len(e.to))
		m.Next(s, func(who, mark uint8, to S) {
			r.Used[mark] = true
			j, fresh := e.find(to)
			if fresh {
				e.parent, e.who, e.mark = append(e.parent, int32(i)), append(e.who, who), append(e.mark, mark)
			}
			e.steps++
			if lazy == nil || !lazy.Lazy(mark) {
				e.to = append(e.to, j)
			}
		})
	}
	e.from = append(e.from, len(e.to))
	r.Whole, r.Cleans = true, len(clean)
	if i := e.stuck(clean); i >= 0 {
		r.Wrong = "from here nothing leads to a state in which everything is given back"
		return e.told(m, r, i)
	}
	return e.told(m, r, -1)
}
