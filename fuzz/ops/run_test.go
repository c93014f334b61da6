package ops_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"usarena/arena"
	"usarena/internal/layout"
	"usarena/internal/scratch"
)

// run is one arena and what was done to it.
type run struct {
	t       *rapid.T
	c       *crew
	m       *model
	name    string
	watch   *arena.Arena // attached read-only, by the parent
	dataOff uint64
	ceiling uint64 // bytes of the arena at most
	sizes   *rapid.Generator[uint64]
	seeds   uint64
	log     []string
}

// TestOps is the test that doc.go describes.
func TestOps(t *testing.T) {
	c := newCrew(t)
	var first []string // the first failure, in case it cannot be had again
	t.Cleanup(func() {
		if t.Failed() && first != nil {
			t.Logf("the first failure, before it was made shorter:\n%s", strings.Join(first, "\n"))
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		r, end := begin(rt, c)
		defer func() {
			end()
			if rt.Failed() && first == nil {
				first = slices.Clone(r.log)
			}
		}()
		rt.Repeat(map[string]func(*rapid.T){"op": func(*rapid.T) { r.op(kindOf.Draw(rt, "kind")) }})
		r.finish()
	})
}

// begin makes an arena and lets all workers join it.
func begin(t *rapid.T, c *crew) (*run, func()) {
	cfg := configs[rapid.IntRange(0, len(configs)-1).Draw(t, "config")]
	r := &run{t: t, c: c, m: newModel()}
	if err := c.complete(); err != nil {
		t.Fatalf("workers: %v", err)
	}
	a, remove, err := scratch.Create("ops", cfg)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	r.name = a.Name()
	end := func() {
		for i := range workers {
			c.ask(i, &request{Do: "close"}) // it has done so already, unless something failed
		}
		if r.watch != nil {
			r.watch.Close()
		}
		remove()
		os.Remove(r.name)
	}
	got := a.Config()
	a.Close()
	g, err := layout.Plan(uint64(got.MaxSize), uint64(got.Users))
	if err == nil {
		r.watch, err = arena.OpenReadOnly(r.name)
	}
	if err != nil {
		end()
		t.Fatalf("open: %v", err)
	}
	r.dataOff, r.ceiling = g.DataOff, uint64(got.MaxSize)
	r.sizes = sizes(r.ceiling)
	r.note("%v, ceiling %v, %d users", got.Size, got.MaxSize, got.Users)
	for i := range workers {
		r.must(i, &request{Do: "join", Name: r.name})
	}
	return r, end
}

// note keeps the list of operations.
func (r *run) note(format string, args ...any) {
	r.log = append(r.log, fmt.Sprintf(format, args...))
	r.t.Log(r.log[len(r.log)-1])
}

// fail ends the run.
func (r *run) fail(format string, args ...any) {
	r.log = append(r.log, "FAILED: "+fmt.Sprintf(format, args...))
	r.t.Fatalf(format, args...)
}

// must asks for what cannot fail.
func (r *run) must(i int, q *request) answer {
	a, err := r.c.ask(i, q)
	if err != nil {
		r.fail("%v", err)
	}
	if a.Err != "" || a.Bad != "" {
		r.fail("worker %d: %s: %s%s", i, q.Do, a.Text, a.Bad)
	}
	return a
}

// op does one operation.
func (r *run) op(kind string) {
	switch kind {
	case "wrong":
		r.wrong()
	case "root":
		r.rootOp()
	case "rejoin":
		i := r.workerOf()
		r.note("%d: close, join", i)
		r.must(i, &request{Do: "close"})
		r.must(i, &request{Do: "join", Name: r.name})
	case "debug":
		s := &step{who: r.workerOf(), q: &request{Do: kind, N: rapid.Uint64Range(0, 1).Draw(r.t, "on")}}
		r.note("%v", s)
		r.must(s.who, s.q)
	case "walk":
		r.account()
	case "burst":
		r.burst()
	default:
		if s := r.plan(kind, nil); s != nil {
			r.play([]*step{s})
		}
	}
}

// burst lets all workers do several things at the same time.
func (r *run) burst() {
	var steps []*step
	busy := map[*block]bool{}
	for range rapid.IntRange(2, 16).Draw(r.t, "burst") {
		if s := r.plan(rapid.SampledFrom(inBurst).Draw(r.t, "kind"), busy); s != nil {
			steps = append(steps, s)
		}
	}
	r.play(steps)
}

// play does steps, several at the same time, and lets the model judge.
func (r *run) play(steps []*step) {
	work, at := map[int][]*request{}, make([]int, len(steps))
	for i, s := range steps {
		at[i] = len(work[s.who])
		work[s.who] = append(work[s.who], s.q)
	}
	all, err := r.c.askAll(work)
	if err != nil {
		for _, s := range steps {
			r.note("%v → ?", s)
		}
		r.fail("%v", err)
	}
	answers := make([]*answer, len(steps))
	for i, s := range steps {
		answers[i] = &all[s.who][at[i]]
		mark := ""
		if len(steps) > 1 {
			mark = "| "
		}
		r.note("%s%v → %v", mark, s, answers[i])
	}
	for i, s := range steps {
		if err := s.settle(r, answers[i]); err != nil {
			r.fail("%v: %v", s, err)
		}
		if len(steps) == 1 && answers[i].Err == "NoSpace" {
			if err := s.mustFit(r); err != nil {
				r.fail("%v: %v", s, err)
			}
		}
	}
	for i, s := range steps {
		if err := s.admit(r, answers[i]); err != nil {
			r.fail("%v: %v", s, err)
		}
	}
}
