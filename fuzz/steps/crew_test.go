//go:build linux && amd64

package steps

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// crew is all lanes. The kills of one start state are shared among them.
type crew struct {
	jobs  chan job
	parts chan part
	open  sync.WaitGroup // jobs and parts
	lanes sync.WaitGroup
	mu    sync.Mutex // of rows
}

// part is some of the instructions at which the hand of a job is killed.
type part struct {
	job
	b  *base
	f  film
	ks []int
}

// partKills is how many kills a lane takes at a time.
const partKills = 50

func newCrew(t *testing.T) *crew {
	c := &crew{jobs: make(chan job), parts: make(chan part, 1<<12)}
	for n := range runtime.GOMAXPROCS(0) {
		l := &lane{t: t, n: n, peer: newPeer(t), crew: c}
		c.lanes.Go(func() {
			runtime.LockOSThread() // and never unlocked: the thread ends with it
			c.work(l)
		})
	}
	return c
}

// begin hands a job to the next lane that has nothing to do.
func (c *crew) begin(j job) {
	c.open.Add(1)
	c.jobs <- j
}

// end waits until all is done.
func (c *crew) end() {
	c.open.Wait()
	close(c.jobs)
	close(c.parts)
	c.lanes.Wait()
}

// work is a lane's: what has begun comes first.
func (c *crew) work(l *lane) {
	for {
		select {
		case p, ok := <-c.parts:
			if !ok {
				return
			}
			c.one(l, p)
			continue
		default:
		}
		select {
		case p, ok := <-c.parts:
			if !ok {
				return
			}
			c.one(l, p)
		case j, ok := <-c.jobs:
			if !ok {
				return
			}
			c.do(l, j, func(sum *row) error { return l.try(j, sum) })
			c.open.Done()
		}
	}
}

// share lays the kills of a job out for all lanes.
func (c *crew) share(l *lane, b *base, j job, f film) {
	ks := chooseSteps(b, f)
	c.mu.Lock()
	j.row.planned += len(ks)
	c.mu.Unlock()
	for some := range slices.Chunk(ks, partKills) {
		p := part{j, b, f, some}
		c.open.Add(1)
		select {
		case c.parts <- p:
		default:
			c.one(l, p)
		}
	}
}

func (c *crew) one(l *lane, p part) {
	defer c.open.Done()
	c.do(l, p.job, func(sum *row) error { return l.kills(p, sum) })
}

// do does a piece of a job and adds what came of it to its row.
func (c *crew) do(l *lane, j job, piece func(*row) error) {
	began := time.Now()
	var sum row
	if err := piece(&sum); err != nil {
		sum.findings++
		l.t.Errorf("%s, start state %d of seed %d: %v", j.row.op.name, j.i, *seed, err)
		l.renew()
	}
	sum.took = time.Since(began)
	c.mu.Lock()
	defer c.mu.Unlock()
	before := j.row.kills
	j.row.add(&sum)
	if j.row.kills/1000 > before/1000 {
		l.t.Logf("%s: %d of %d kills", j.row.op.name, j.row.kills, j.row.planned)
	}
}
