package info

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"usarena/internal/layout"
	"usarena/internal/region"
)

func asName(kind string, off uint64) string { return fmt.Sprintf("%s %#x", kind, off) }

// knot is an arena with n users and locks, of which nobody waits and nothing is
// held.
func knot(t testing.TB, n int) (*maker, *region.Region) {
	t.Helper()
	m := newMaker(t, 4<<20, 40, 100)
	m.state(0, layout.ObjectRun(1, 1))
	for slot := 1; slot <= n; slot++ {
		m.user(slot, layout.UserLive, uint16(slot))
		m.put(m.userAt(slot)+offUserPid, uint64(4000+slot))
	}
	for i := range uint64(8) {
		m.put(m.lockOf(i), uint64(layout.MakeHead(layout.LockObject, layout.ObjectLive, 0, 0, 1)))
	}
	m.put(m.lockOf(9), uint64(layout.MakeHead(layout.RWLockObject, layout.ObjectLive, 0, 0, 1)))
	r, err := region.Over(m.b, m.g, "knot")
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

func (m *maker) lockOf(i uint64) uint64 { return m.g.DataOff + i*128 }

// rw is the reader-writer lock.
func (m *maker) rw() uint64 { return m.lockOf(9) }

func (m *maker) held(off uint64, slot int) {
	m.half(off+offLock, layout.LockWord(slot, uint16(slot))|layout.LockWaiters)
}

func TestDeadlocks(t *testing.T) {
	for name, c := range map[string]struct {
		tie  func(m *maker)
		dead dead
		want []string // "slots" of each circle
	}{
		"nobody": {tie: func(m *maker) { m.held(m.lockOf(0), 1) }},
		"a queue": {tie: func(m *maker) {
			m.held(m.lockOf(0), 1)
			m.waits(2, 0, m.lockOf(0), 1, layout.Waiting)
			m.waits(3, 0, m.lockOf(0), 1, layout.Waiting)
		}},
		"two": {want: []string{"1 2"}, tie: func(m *maker) {
			m.held(m.lockOf(0), 1)
			m.held(m.lockOf(1), 2)
			m.waits(2, 0, m.lockOf(0), 1, layout.Waiting)
			m.waits(1, 3, m.lockOf(1), 2, layout.Waiting)
		}},
		"one of two is dead": {dead: dead{2: true}, tie: func(m *maker) {
			m.held(m.lockOf(0), 1)
			m.held(m.lockOf(1), 2)
			m.waits(2, 0, m.lockOf(0), 1, layout.Waiting)
			m.waits(1, 3, m.lockOf(1), 2, layout.Waiting)
		}},
		"itself": {want: []string{"5"}, tie: func(m *maker) {
			m.held(m.lockOf(0), 5)
			m.waits(5, 0, m.lockOf(0), 1, layout.Waiting)
		}},
		"three, and one who waits for them": {want: []string{"2 4 3"}, tie: func(m *maker) {
			m.held(m.lockOf(0), 2)
			m.held(m.lockOf(1), 3)
			m.held(m.lockOf(2), 4)
			m.waits(2, 0, m.lockOf(2), 1, layout.Waiting) // 2 waits for 4
			m.waits(4, 0, m.lockOf(1), 1, layout.Waiting) // for 3
			m.waits(3, 0, m.lockOf(0), 1, layout.Waiting) // for 2
			m.waits(1, 0, m.lockOf(0), 1, layout.Waiting)
			m.waits(1, 1, m.lockOf(7), 1, layout.Waiting)
		}},
		"two circles": {want: []string{"1 6", "3 4"}, tie: func(m *maker) {
			m.held(m.lockOf(0), 1)
			m.held(m.lockOf(1), 6)
			m.held(m.lockOf(2), 3)
			m.held(m.lockOf(3), 4)
			m.waits(1, 0, m.lockOf(1), 1, layout.Waiting)
			m.waits(6, 0, m.lockOf(0), 1, layout.Waiting)
			m.waits(3, 0, m.lockOf(3), 1, layout.Waiting)
			m.waits(4, 0, m.lockOf(2), 1, layout.Waiting)
		}},
		"two circles through one": {want: []string{"1 2", "1 3"}, tie: func(m *maker) {
			m.held(m.lockOf(0), 1)
			m.held(m.lockOf(1), 2)
			m.held(m.lockOf(2), 3)
			m.waits(1, 0, m.lockOf(1), 1, layout.Waiting)
			m.waits(1, 1, m.lockOf(2), 1, layout.Waiting)
			m.waits(2, 0, m.lockOf(0), 1, layout.Waiting)
			m.waits(3, 0, m.lockOf(0), 1, layout.Waiting)
		}},
		"a writer and a reader": {want: []string{"1 2"}, tie: func(m *maker) {
			m.held(m.rw(), 1) // and waits for reader 2 to leave
			m.bitsOf(m.rw(), 2)
			m.waits(1, 0, m.rw(), 1, layout.WaitingDrain)
			m.held(m.lockOf(0), 1)
			m.waits(2, 0, m.lockOf(0), 1, layout.Waiting)
		}},
		"a writer that drains does not wait for itself": {tie: func(m *maker) {
			m.held(m.rw(), 1)
			m.bitsOf(m.rw(), 2)
			m.waits(1, 0, m.rw(), 1, layout.WaitingDrain)
		}},
		"readers do not wait for readers": {tie: func(m *maker) {
			m.bitsOf(m.rw(), 1, 2)
			m.held(m.rw(), 3)
			m.waits(1, 0, m.rw(), 1, layout.WaitingRead)
			m.waits(2, 0, m.rw(), 1, layout.WaitingRead)
		}},
		"a reader that would write": {want: []string{"2"}, tie: func(m *maker) {
			m.bitsOf(m.rw(), 2)
			m.waits(2, 0, m.rw(), 1, layout.Waiting)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			m, r := knot(t, 6)
			c.tie(m)
			got := DeadlocksOf(r, c.dead)
			var slots []string
			for _, d := range got {
				s := ""
				for _, step := range d.Steps {
					s += fmt.Sprintf(" %d", step.Slot)
				}
				slots = append(slots, s[1:])
			}
			if fmt.Sprint(slots) != fmt.Sprint(c.want) {
				t.Errorf("circles %q, want %q", slots, c.want)
			}
			wantClean(t, m.check())
		})
	}
}

func TestDeadlockText(t *testing.T) {
	m, _ := knot(t, 6)
	m.held(m.lockOf(0), 1)
	m.held(m.lockOf(1), 2)
	m.held(m.lockOf(2), 3)
	m.waits(2, 0, m.lockOf(0), 1, layout.Waiting)
	m.waits(1, 0, m.lockOf(1), 2, layout.Waiting)
	m.waits(3, 0, m.lockOf(2), 4, layout.Waiting)
	name := m.file(t)
	for slot := 1; slot <= 3; slot++ {
		hold(t, name, slot)
	}
	list, err := Deadlocks(name)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	a, b := m.lockOf(0), m.lockOf(1)
	want := fmt.Sprintf("user 1 (pid 4001) waits for lock %#x, which user 2 holds; user 2 (pid 4002) waits for lock %#x, which user 1 holds", b, a)
	if got := list[0].String(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	want = fmt.Sprintf("user 3 (pid 4003) waits for lock %#x, which it holds itself (4 goroutines)", m.lockOf(2))
	if got := list[1].String(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	want = fmt.Sprintf(`{"deadlock":[{"slot":1,"pid":4001,"goroutines":2,"kind":"lock","offset":%d,"held_by":2},{"slot":2,"pid":4002,"goroutines":1,"kind":"lock","offset":%d,"held_by":1}]}`, b, a)
	if got := asText(t, list[0]); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestBusyIsNoDeadlock: goroutines of one process take turns at a lock.
func TestBusyIsNoDeadlock(t *testing.T) {
	m, r := knot(t, 2)
	m.held(m.lockOf(0), 1)
	m.waits(1, 0, m.lockOf(0), 3, layout.Waiting)
	if n := len(DeadlocksOf(r, nil)); n != 1 {
		t.Fatalf("%d circles while nothing moves", n)
	}
	x, done := overRegion(r), make(chan bool)
	var stop atomic.Bool
	word := &x.data[(m.lockOf(0)-m.g.DataOff+offLock)/8]
	go func() {
		defer close(done)
		for !stop.Load() {
			w := atomic.LoadUint64(word)
			atomic.StoreUint64(word, 0)
			time.Sleep(time.Millisecond)
			atomic.StoreUint64(word, w)
			time.Sleep(time.Millisecond)
		}
	}()
	for range 3 {
		if list := DeadlocksOf(r, nil); len(list) != 0 {
			t.Errorf("%v", list)
		}
	}
	stop.Store(true)
	<-done
}

// TestDeadlockSearchEnds in the worst tangle that bytes can make.
func TestDeadlockSearchEnds(t *testing.T) {
	const users = 4000
	m := newMaker(t, 16<<20, users, 100)
	size := layout.RecordSize(layout.RWLockObject, 0, users)
	m.state(0, layout.ObjectRun(1, layout.ObjectClass(size)))
	for i := range uint64(4) {
		off := m.g.DataOff + i<<layout.ObjectClass(size)*layout.ObjectUnit
		m.put(off, uint64(layout.MakeHead(layout.RWLockObject, layout.ObjectLive, 0, 0, 1)))
		for slot := 1; slot <= users; slot++ {
			m.user(slot, layout.UserLive, 1)
			m.bitsOf(off, slot)
			m.waits(slot, int(i), off, 1, layout.Waiting)
		}
	}
	r, err := region.Over(m.b, m.g, "tangle")
	if err != nil {
		t.Fatal(err)
	}
	if list := overRegion(r).circles(nil); len(list) != circlesMost || !strings.Contains(list[0].String(), "itself") {
		t.Errorf("%d circles", len(list))
	}
}
