package ops_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"usarena/internal/scratch"
	"usarena/internal/worker"
)

const workers = 4

func init() { worker.Register("ops", work) }

// TestMain sets how much a plain run does. The flags of the command line come
// later and win.
func TestMain(m *testing.M) {
	worker.Main()
	scratch.Janitor()
	flag.Set("rapid.checks", "300")
	flag.Set("rapid.steps", "45")
	os.Exit(m.Run())
}

// crew are the workers. One that died is replaced before the next run.
type crew struct {
	ctx  context.Context
	proc [workers]*worker.Proc
}

func newCrew(t *testing.T) *crew {
	ctx, cancel := context.WithCancel(context.Background())
	c := &crew{ctx: ctx}
	t.Cleanup(func() {
		for i := range c.proc {
			c.drop(i)
		}
		cancel()
	})
	return c
}

func (c *crew) drop(i int) {
	if c.proc[i] != nil {
		c.proc[i].Kill()
		c.proc[i] = nil
	}
}

// complete starts the workers that are missing.
func (c *crew) complete() error {
	for i := range c.proc {
		if c.proc[i] != nil {
			continue
		}
		p, err := worker.Start(c.ctx, "ops", nil)
		if err != nil {
			return err
		}
		c.proc[i] = p
	}
	return nil
}

// patience is far beyond what any request takes: a worker that exceeds it hangs.
const patience = time.Minute

// ask lets one worker do one thing.
func (c *crew) ask(i int, q *request) (answer, error) {
	all, err := c.askAll(map[int][]*request{i: {q}})
	if err != nil {
		return answer{}, err
	}
	return all[i][0], nil
}

// askAll lets workers do several things each, all workers at the same time.
func (c *crew) askAll(work map[int][]*request) (map[int][]answer, error) {
	var mu sync.Mutex
	var group sync.WaitGroup
	all := map[int][]answer{}
	var first error
	for i, list := range work {
		group.Go(func() {
			got, err := c.talk(i, list)
			mu.Lock()
			defer mu.Unlock()
			all[i] = got
			if err != nil && first == nil {
				first = fmt.Errorf("worker %d, asked for %+v: %w", i, *list[len(got)], err)
			}
		})
	}
	group.Wait()
	return all, first
}

func (c *crew) talk(i int, list []*request) (got []answer, err error) {
	p := c.proc[i]
	if p == nil {
		return nil, fmt.Errorf("has ended before")
	}
	var late atomic.Bool
	watchdog := time.AfterFunc(patience, func() { late.Store(true); p.Kill() })
	defer func() {
		watchdog.Stop()
		if err != nil {
			c.drop(i)
			if late.Load() {
				err = fmt.Errorf("no answer within %v: %w", patience, err)
			}
		}
	}()
	for _, q := range list {
		if err := p.Tell(q); err != nil {
			return got, err
		}
	}
	for range list {
		var r answer
		if err := p.Hear(&r); err != nil {
			return got, err
		}
		got = append(got, r)
	}
	return got, nil
}
