package storm

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"usarena/arena"
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
	private bool // members share no blocks
	members []*member
	started uint64
	kills   int
	lost    map[entry]bool // in the hand of somebody who was killed
}

// newCrew starts n processes. Where recovery frees what a dead user had, they
// share nothing.
func newCrew(t *testing.T, a *arena.Arena, n, threads int, s sizes) *crew {
	t.Helper()
	t.Logf("-storm.seed=%d", *seed)
	c := &crew{t: t, a: a, r: choices(0), sizes: s, threads: threads, lost: map[entry]bool{}, private: a.Config().ReclaimOnDeath}
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
	return launch(c.t, "worker", laneSpec{c.a.Name(), i * c.threads, c.threads, c.sizes, *seed + c.started, c.private})
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
