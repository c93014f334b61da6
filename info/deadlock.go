package info

import (
	"fmt"
	"strings"
	"time"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// Deadlock is a circle of users: each waits for an object that the next one
// holds, and the last one's is held by the first. A user is a process, and one of
// its goroutines may wait while another will give up what the process holds; so a
// circle is a possible deadlock. It is a certain one if the goroutines are the
// same. A circle of one is a process that waits for what it holds itself.
type Deadlock struct {
	Steps []DeadlockStep `json:"deadlock"`
}

// DeadlockStep is a user in a circle and what it waits for.
type DeadlockStep struct {
	Slot       int    `json:"slot"`
	Pid        int    `json:"pid"`
	Goroutines int    `json:"goroutines"` // that wait
	Kind       string `json:"kind"`       // of the object
	Offset     uint64 `json:"offset"`
	HeldBy     int    `json:"held_by"` // slot of the next user
}

// String is the circle in words.
func (d Deadlock) String() string {
	if len(d.Steps) == 1 {
		s := d.Steps[0]
		return fmt.Sprintf("user %d (pid %d) waits for %s %#x, which it holds itself (%s)", s.Slot, s.Pid, s.Kind, s.Offset, plural(s.Goroutines, "goroutine"))
	}
	var parts []string
	for _, s := range d.Steps {
		parts = append(parts, fmt.Sprintf("user %d (pid %d) waits for %s %#x, which user %d holds", s.Slot, s.Pid, s.Kind, s.Offset, s.HeldBy))
	}
	return strings.Join(parts, "; ")
}

// How long a circle must stay as it is. A lock that is merely busy is seen free,
// or in other hands, long before.
const (
	stuckFor   = 60 * time.Millisecond
	stuckPause = 50 * time.Microsecond
)

// Deadlocks lists circles of users of the arena called name that wait for each
// other: so many that each user who is part of some circle is part of one that is
// listed, at most a hundred. Where there are any it takes a moment to see that
// they stay. It takes no lock. Errors as Check's.
func Deadlocks(name string) ([]Deadlock, error) {
	var log findings
	v, err := open(name, &log)
	if err != nil {
		return nil, err
	}
	defer v.close()
	var list []Deadlock
	err = v.guard(func() { list = v.image.deadlocks(v) })
	return list, err
}

// DeadlocksOf is Deadlocks of a mapped arena. o, if not nil, knows the dead.
func DeadlocksOf(r *region.Region, o mourner) []Deadlock {
	m, list := guardedRegion(r), []Deadlock{}
	if m == nil {
		return list
	}
	_ = m.guard(func() { list = m.deadlocks(o) })
	return list
}

// deadlocks are the circles that stay as they are for a while.
func (m *image) deadlocks(o mourner) []Deadlock {
	list := m.circles(o)
	if len(list) == 0 {
		return list
	}
	words := map[uint64]uint32{}
	for _, d := range list {
		for _, s := range d.Steps {
			words[s.Offset] = m.ownerAt(s.Offset)
		}
	}
	moved := map[uint64]bool{}
	for began := time.Now(); time.Since(began) < stuckFor; time.Sleep(stuckPause) {
		for off, w := range words {
			moved[off] = moved[off] || m.ownerAt(off) != w
		}
	}
	m.limit()
	again := map[string]bool{}
	for _, d := range m.circles(o) {
		again[d.key()] = true
	}
	still := []Deadlock{}
	for _, d := range list {
		ok := again[d.key()]
		for _, s := range d.Steps {
			ok = ok && !moved[s.Offset]
		}
		if ok {
			still = append(still, d)
		}
	}
	return still
}

// ownerAt is who the word of the lock at off names.
func (m *image) ownerAt(off uint64) uint32 {
	if off == layout.SetupOff {
		return m.setup() & layout.LockOwner
	}
	return record{m: m, off: off, size: layout.ObjectSize}.half(offLock) & layout.LockOwner
}

// key tells circles apart. They begin with their lowest slot.
func (d Deadlock) key() string {
	var b strings.Builder
	for _, s := range d.Steps {
		fmt.Fprintf(&b, "%d %d,", s.Slot, s.Offset)
	}
	return b.String()
}
