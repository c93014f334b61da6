package storm

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"usarena/arena"
	"usarena/info"
)

// crew is a team whose members are killed and replaced.
type crew struct {
	t       *testing.T
	a       *arena.Arena
	b       *board
	root    arena.Ptr[board]
	r       *rand.Rand
	sizes   sizes
	threads int
	members []*member
	started uint64
	kills   int
	mayLose int            // blocks that the killed may have had in nobody's span
	lost    map[entry]bool // in the hand of somebody who was killed
}

// newCrew starts n processes.
func newCrew(t *testing.T, a *arena.Arena, n, threads int, s sizes) *crew {
	t.Helper()
	t.Logf("-storm.seed=%d", *seed)
	c := &crew{t: t, a: a, r: choices(0), sizes: s, threads: threads, lost: map[entry]bool{}}
	var err error
	if c.root, err = arena.New[board](a); err != nil {
		t.Fatal(err)
	}
	c.b = c.root.In(a)
	a.PutInfo(c.root.Offset())
	for i := range n {
		c.members = append(c.members, c.launch(i))
	}
	c.progress()
	return c
}

func (c *crew) launch(i int) *member {
	c.started++
	return launch(c.t, "worker", laneSpec{c.a.Name(), i * c.threads, c.threads, c.sizes, *seed + c.started})
}

// progress returns when every lane has gone on, and then once more.
func (c *crew) progress() {
	c.t.Helper()
	lanes := c.b.Lanes[:len(c.members)*c.threads]
	var before [maxLanes]uint64
	for i := range lanes {
		before[i] = lanes[i].Progress.Load()
	}
	until(c.t, "every process goes on", c.members, func() bool {
		for i := range lanes {
			if lanes[i].Progress.Load() < before[i]+2 {
				return false
			}
		}
		return true
	})
}

// round kills one member at any moment, replaces it, and looks whether all goes
// on and is sound.
func (c *crew) round() {
	c.t.Helper()
	i := c.r.IntN(len(c.members))
	for again := true; again; again = c.r.IntN(4) == 0 { // also while it joins and recovers
		time.Sleep(time.Duration(c.r.IntN(15000)) * time.Microsecond)
		if err := c.members[i].failed(); err != nil {
			c.t.Fatal(err)
		}
		c.members[i].kill()
		c.kills++
		c.mayLose += c.threads
		for k := range c.threads {
			l := &c.b.Lanes[i*c.threads+k]
			if e := entry(l.Hand.Swap(0)); e != 0 {
				c.lost[e] = true
			}
		}
		wantClean(c.t, fmt.Sprintf("kill %d, before recovery", c.kills), c.a)
		c.members[i] = c.launch(i)
	}
	c.progress()
	wantClean(c.t, fmt.Sprintf("kill %d", c.kills), c.a)
}

// finish ends all members and accounts for every block.
func (c *crew) finish() {
	t, a := c.t, c.a
	t.Helper()
	c.b.Stop.Store(1)
	for _, m := range c.members {
		m.mustEnd(t)
	}
	for i := range c.b.Table {
		if e := entry(c.b.Table[i].Load()); e != 0 {
			if err := intact(a, e); err != nil {
				t.Error(err)
			}
			if err := a.Free(e.off()); err != nil {
				t.Error(err)
			}
		}
	}
	allocs, full := uint64(0), uint64(0)
	for i := range c.b.Lanes[:len(c.members)*c.threads] {
		allocs, full = allocs+c.b.Lanes[i].Allocs.Load(), full+c.b.Lanes[i].Full.Load()
	}
	if _, err := a.Recover(t.Context()); err != nil {
		t.Error(err)
	}
	if allocs == 0 {
		t.Error("nothing was allocated")
	}
	if n := a.Stats().UsersLive; n != 1 {
		t.Errorf("%d users are left, want the parent alone", n)
	}
	orphans, others := c.collect()
	t.Logf("%d kills, %d blocks allocated, %d refusals, left behind: %d orphans, %d others", c.kills, allocs, full, orphans, others)
	if others > c.mayLose {
		t.Errorf("%d blocks are left that no dead user owned, more than the %d that %d kills can explain", others, c.mayLose, c.kills)
	}
	a.PutInfo(0)
	if err := c.root.Free(a); err != nil {
		t.Error(err)
	}
	wantEmpty(t, a)
}

// collect frees what is left: what was in the hands of the killed.
func (c *crew) collect() (orphans, others int) {
	c.t.Helper()
	var left []info.Block
	for b, err := range info.Walk(c.a.Name()) {
		if err != nil {
			c.t.Fatal(err)
		}
		if b.Offset != c.root.Offset() {
			left = append(left, b)
		}
	}
	lost := map[arena.Offset]bool{}
	for e := range c.lost {
		lost[e.off()] = true
	}
	for _, b := range left {
		switch {
		case b.Orphan:
			orphans++
		case !lost[b.Offset]:
			others++
		}
		if err := c.a.Free(b.Offset); err != nil {
			c.t.Error(err)
		}
	}
	return orphans, others
}

// wantEmpty allocates all that the arena has as one block, so that nothing can
// be missing, and frees it. Others may take a moment to give up what they hold.
func wantEmpty(t *testing.T, a *arena.Arena) {
	t.Helper()
	s := a.Stats()
	if s.LiveBytes != 0 {
		t.Errorf("%d bytes are allocated, want none", s.LiveBytes)
	}
	p := wholeBlock(t, a, s.FreeBytes)
	if s := a.Stats(); s.FreeBytes != 0 || s.UsedBytes < s.LiveBytes {
		t.Errorf("%d bytes are free beside one block of everything, account %d", s.FreeBytes, s.UsedBytes)
	}
	if err := a.Free(p); err != nil {
		t.Error(err)
	}
	wantClean(t, "empty", a)
}

// wholeBlock waits until n bytes can be allocated.
func wholeBlock(t *testing.T, a *arena.Arena, n uint64) (p arena.Offset) {
	t.Helper()
	var err error
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if p, err = a.Malloc(n); err == nil {
			return p
		}
		if time.Now().After(end) {
			t.Fatalf("watchdog: %d bytes in one block: %v; %+v", n, err, a.Stats())
		}
	}
}
