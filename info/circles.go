package info

import (
	"slices"

	"usarena/internal/layout"
)

// Bounds of a search, so that no bytes make it long: circles that are listed, and
// users that are looked at.
const (
	circlesMost = 100
	circlesWork = 1 << 20
)

// wait is what some goroutines of a user wait for.
type wait struct {
	object     *Object
	how        string
	goroutines int
}

// tangle is who waits for whom.
type tangle struct {
	waits map[int][]wait
	pids  map[int]int
	work  int
}

// circles finds circles of users that wait for each other at this moment.
func (m *image) circles(o mourner) []Deadlock {
	t := tangle{waits: map[int][]wait{}, pids: map[int]int{}}
	objects := m.objects(newPeople(m, o))
	var slots []int
	for i := range objects {
		x := &objects[i]
		if x.Kind != layout.LockObject.String() && x.Kind != layout.RWLockObject.String() && x.Kind != setupKind {
			continue
		}
		for _, w := range x.Waiting {
			if t.waits[w.Slot] == nil {
				slots = append(slots, w.Slot)
			}
			t.waits[w.Slot] = append(t.waits[w.Slot], wait{x, w.How, w.Goroutines})
			t.pids[w.Slot] = w.Pid
		}
	}
	slices.Sort(slots)
	list, covered := []Deadlock{}, map[int]bool{}
	for _, slot := range slots {
		if covered[slot] || len(list) == circlesMost || t.work > circlesWork {
			continue
		}
		if d, ok := t.circle(slot); ok {
			list = append(list, d)
			for _, s := range d.Steps {
				covered[s.Slot] = true
			}
		}
	}
	return list
}

// holders are the living users that somebody waits for.
func (w wait) holders() (slots []int) {
	x := w.object
	if x.Holder != nil && !x.Holder.Dead && w.how != howNames[layout.WaitingDrain] {
		slots = append(slots, x.Owner)
	}
	if w.how == howNames[layout.WaitingRead] {
		return slots // other readers are not in the way
	}
	for _, h := range x.Readers {
		if !h.Dead {
			slots = append(slots, h.Slot)
		}
	}
	return slots
}

// circle is the shortest circle through a user.
func (t *tangle) circle(start int) (Deadlock, bool) {
	from := map[int]DeadlockStep{} // how the search came to a user: from whom
	for queue := []int{start}; len(queue) > 0 && t.work <= circlesWork; queue = queue[1:] {
		slot := queue[0]
		for _, w := range t.waits[slot] {
			for _, next := range w.holders() {
				t.work++
				if _, seen := from[next]; seen {
					continue
				}
				from[next] = DeadlockStep{slot, t.pids[slot], w.goroutines, w.object.Kind, w.object.Offset, next}
				if next == start {
					return back(from, start), true
				}
				queue = append(queue, next)
			}
		}
	}
	return Deadlock{}, false
}

// back follows the search from its start to its start.
func back(from map[int]DeadlockStep, start int) (d Deadlock) {
	for at := start; ; {
		s := from[at]
		d.Steps = append(d.Steps, s)
		if at = s.Slot; at == start {
			break
		}
	}
	slices.Reverse(d.Steps)
	low := 0
	for i, s := range d.Steps {
		if s.Slot < d.Steps[low].Slot {
			low = i
		}
	}
	d.Steps = append(d.Steps[low:], d.Steps[:low]...)
	return d
}
