package model

import (
	"flag"
	"testing"
)

// large adds configurations that take minutes.
var large = flag.Bool("model.large", false, "larger configurations of the models of locks and their kin")

// add sums up what the runs of one model have seen.
func (r *Result) add(one Result, used []bool) {
	r.States += one.States
	r.Steps += one.Steps
	for i, u := range one.Used {
		used[i] = used[i] || u
	}
}

// tell logs the sum and holds that the runs took every step.
func (r Result) tell(t *testing.T, used []bool, marks []Mark) {
	t.Helper()
	t.Logf("in all %d states, %d transitions", r.States, r.Steps)
	for i, u := range used {
		if !u {
			t.Errorf("no run takes the step %v", marks[i])
		}
	}
}

// seenIn holds that the model finds something wrong in m.
func seenIn[S comparable](t *testing.T, m Machine[S]) Result {
	t.Helper()
	r := Explore(m, most)
	if r.Wrong == "" || len(r.Path) < 2 || len(r.Used) == 0 {
		t.Fatalf("not seen in %v", r)
	}
	t.Logf("%s, after %d steps", r.Wrong, len(r.Path)-1)
	return r
}

// tried are configurations that were found free of violations.
type tried map[any]bool

// fine are those of all models: the tests of planted bugs share many.
var fine = tried{}

// once runs f unless m was tried before.
func (d tried) once(t *testing.T, m any, f func()) {
	t.Helper()
	if d[m] {
		return
	}
	f()
	d[m] = !t.Failed()
}
