package ops_test

import (
	"fmt"

	"pgregory.net/rapid"
)

// step is one operation: what a worker is asked, and what the model makes of
// the answer. settle comes first, for all steps of a burst, and gives up what
// was freed; admit then takes in what was given out.
type step struct {
	who    int
	q      *request
	old    *block // the block that it is about
	zeroed bool   // the new block comes from Calloc or Recalloc
	asked  uint64 // bytes
}

// plan draws the rest of an operation of this kind; nil if there is nothing to
// do it to.
func (r *run) plan(kind string, busy map[*block]bool) *step {
	s := &step{who: r.workerOf(), q: &request{Do: kind}}
	switch kind {
	case "free", "realloc", "recalloc", "verify", "size":
		if s.old = r.pick(busy); s.old == nil {
			return nil
		}
		s.q.Off, s.q.Wrote, s.q.Seed, s.q.Zeroed = s.old.off, s.old.wrote, s.old.seed, s.old.zeroed
	}
	switch kind {
	case "malloc", "realloc":
		s.asked = r.sizes.Draw(r.t, "n")
		s.q.N, s.q.Zeroed = s.asked, false
	case "calloc", "recalloc":
		s.q.N, s.q.Size = r.elements()
		s.asked, s.zeroed, s.q.Zeroed = product(s.q.N, s.q.Size), true, true
	case "memalign":
		s.asked = r.sizes.Draw(r.t, "n")
		s.q.N, s.q.Align = s.asked, 1<<rapid.IntRange(0, 17).Draw(r.t, "align")
	}
	if s.old != nil {
		s.q.Kept = min(s.old.wrote, s.asked)
	}
	r.seeds++
	s.q.Fill = r.seeds
	return s
}

// settle judges the answer and forgets the old block if it is gone.
func (s *step) settle(r *run, a *answer) error {
	if a.Bad != "" {
		return fmt.Errorf("content: %s", a.Bad)
	}
	switch s.q.Do {
	case "free":
		if a.Err != "" {
			return fmt.Errorf("free of the live block %v: %s", s.old, a.Text)
		}
		r.m.remove(s.old)
		return nil
	case "verify", "size":
		if a.Err != "" || a.Size != s.old.size {
			return fmt.Errorf("live block %v: BlockSize gives %d %s", s.old, a.Size, a.Text)
		}
		return nil
	}
	if a.Err == "NoSpace" {
		return nil
	}
	if a.Err != "" {
		return fmt.Errorf("unexpected error: %s", a.Text)
	}
	if s.asked > r.ceiling {
		return fmt.Errorf("%d bytes given out of an arena of at most %d", s.asked, r.ceiling)
	}
	if s.old != nil {
		r.m.remove(s.old)
		if s.asked == 0 && a.Off != 0 {
			return fmt.Errorf("resized to nothing, and yet there is a block at %#x", a.Off)
		}
	}
	return nil
}

// admit notes the block that was given out.
func (s *step) admit(r *run, a *answer) error {
	switch s.q.Do {
	case "free", "verify", "size":
		return nil
	}
	if a.Err != "" || s.old != nil && s.asked == 0 {
		return nil
	}
	b := &block{off: a.Off, size: a.Size, wrote: a.Size, seed: s.q.Fill, zeroed: s.zeroed, by: s.who}
	if s.zeroed {
		b.wrote = s.asked
	}
	return r.m.add(b, s.asked, s.q.Align)
}

// mustFit says why a refusal for lack of room is wrong. The bounds are wide:
// how well an arena is used is not for this test to say.
func (s *step) mustFit(r *run) error {
	if s.asked > r.ceiling {
		return nil
	}
	need := s.asked + 2*s.q.Align + 128<<10
	st := r.watch.Stats()
	if room := r.ceiling - min(r.ceiling, st.Committed); need < room {
		return fmt.Errorf("no room for %d bytes, and the arena could grow by %d", s.asked, room)
	}
	if len(r.m.live) == 0 && s.asked+2*s.q.Align < st.FreeBytes/8 {
		return fmt.Errorf("no room for %d bytes in an empty arena with %d bytes free", s.asked, st.FreeBytes)
	}
	return nil
}

func (s *step) String() string {
	q := s.q
	text := fmt.Sprintf("%d: %s", s.who, q.Do)
	if q.Off != 0 {
		text += fmt.Sprintf(" %#x", q.Off)
	}
	switch q.Do {
	case "malloc", "realloc", "debug":
		text += fmt.Sprintf(" %d", q.N)
	case "calloc", "recalloc":
		text += fmt.Sprintf(" %d*%d", q.N, q.Size)
	case "memalign":
		text += fmt.Sprintf(" %d at %d", q.N, q.Align)
	}
	return text
}

func (a *answer) String() string {
	switch {
	case a.Bad != "":
		return a.Bad
	case a.Err != "":
		return a.Err
	case a.Off != 0:
		return fmt.Sprintf("%#x+%d", a.Off, a.Size)
	}
	return "ok"
}
