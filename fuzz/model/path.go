package model

import (
	"fmt"
	"strings"
)

// told completes a result, with the path to state i unless it is negative.
func (e *explorer[S]) told(m Machine[S], r Result, i int32) Result {
	r.States, r.Steps = len(e.states), e.steps
	if i < 0 {
		return r
	}
	for ; i >= 0; i = e.parent[i] {
		k := m.Marks()[e.mark[i]]
		line := fmt.Sprintf("%d: %-4s %-42s %v", e.who[i], k.Name, k.Code, e.states[i])
		if e.parent[i] < 0 {
			line = fmt.Sprintf("begin %v", e.states[i])
		}
		r.Path = append(r.Path, line)
	}
	for a, b := 0, len(r.Path)-1; a < b; a, b = a+1, b-1 {
		r.Path[a], r.Path[b] = r.Path[b], r.Path[a]
	}
	return r
}

// stuck is the first state from which no clean one can be reached, or -1.
func (e *explorer[S]) stuck(clean []int32) int32 {
	// Predecessors, as one array sorted by state.
	begin := make([]int32, len(e.states)+1)
	for _, j := range e.to {
		begin[j+1]++
	}
	for i := range e.states {
		begin[i+1] += begin[i]
	}
	pred := make([]int32, len(e.to))
	next := append([]int32(nil), begin...)
	for i := range e.states {
		for _, j := range e.to[e.from[i]:e.from[i+1]] {
			pred[next[j]] = int32(i)
			next[j]++
		}
	}
	seen := make([]bool, len(e.states))
	for _, i := range clean {
		seen[i] = true
	}
	for todo := clean; len(todo) > 0; {
		j := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, i := range pred[begin[j]:begin[j+1]] {
			if !seen[i] {
				seen[i] = true
				todo = append(todo, i)
			}
		}
	}
	for i, ok := range seen {
		if !ok {
			return int32(i)
		}
	}
	return -1
}

// String is one line for people.
func (r Result) String() string {
	s := fmt.Sprintf("%d states, %d transitions, depth %d, %d clean", r.States, r.Steps, r.Depth, r.Cleans)
	if r.Wrong != "" {
		s += ": " + r.Wrong + "\n\t" + strings.Join(r.Path, "\n\t")
	}
	return s
}
