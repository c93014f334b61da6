package image_test

import (
	"maps"
	"runtime/debug"
	"slices"
	"syscall"

	"usarena/info"
	"usarena/internal/worker"
)

// request is one input for the child.
type request struct {
	Name string // of the file
	Seed uint64
	Act  string // instead: "hang", "die" or "panic", to see who notices
}

// answer is what came of it.
type answer struct {
	Seen []string // kinds of errors and findings
	Bad  []string // what must not be
}

// child serves inputs until the parent goes away.
func child(s *worker.Side) error {
	s.Follow()
	for {
		var q request
		if err := s.Hear(&q); err != nil {
			return err
		}
		w := &witness{seen: map[string]bool{}}
		w.all(&q)
		if err := s.Tell(answer{slices.Sorted(maps.Keys(w.seen)), w.bad}); err != nil {
			return err
		}
	}
}

// all does everything with one file, in the order of harm.
func (w *witness) all(q *request) {
	defer func() {
		if v := recover(); v != nil {
			w.wrong("panic: %v\n%s", v, debug.Stack())
		}
	}()
	switch q.Act {
	case "hang":
		worker.Stay()
	case "die":
		syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	case "panic":
		panic("as told")
	}
	w.lookAt(q.Name)
	w.readOnly(q.Name, q.Seed%16 == 0)
	was := uint64(0)
	if w.sound {
		was = w.committed
	}
	w.join(q.Name, q.Seed)
	w.lookAt(q.Name)
	if was != 0 && was == w.committed && !w.sound { // growth may have uncovered what was damaged before
		r, err := info.Check(q.Name)
		for _, f := range r.Findings {
			if f.Kind != info.KindReserved { // so may a span in what nobody looks at
				w.wrong("the arena was sound and is not any more: %+v, %v", f, err)
			}
		}
	}
	w.join(q.Name, q.Seed+1)
}
