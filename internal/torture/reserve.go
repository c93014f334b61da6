package torture

import (
	"context"
	"os"
	"os/exec"
	"sync"

	"usarena/internal/worker"
)

const (
	waiting  = 6 // processes that wait for a seat
	starters = 3 // that are being started
)

// reserve is processes that have been started and wait to be told what to do: a
// process takes milliseconds to start, and a kill must not wait for that.
type reserve struct {
	ready  chan *worker.Proc
	failed chan error
	stop   context.CancelFunc
	wg     sync.WaitGroup
}

// newReserve starts processes that inherit the ledger, every second one from
// another binary if there is one.
func newReserve(ledger *os.File, other string) *reserve {
	ctx, stop := context.WithCancel(context.Background())
	r := &reserve{ready: make(chan *worker.Proc, waiting), failed: make(chan error, 1), stop: stop}
	for i := range starters {
		r.wg.Go(func() {
			for n := i; ctx.Err() == nil; n++ {
				p, err := launch(ledger, other, n)
				if err != nil && ctx.Err() == nil {
					select {
					case r.failed <- err:
					default:
					}
					return
				}
				if err != nil {
					return
				}
				select {
				case r.ready <- p:
				case <-ctx.Done():
					p.Kill()
				}
			}
		})
	}
	return r
}

func launch(ledger *os.File, other string, n int) (*worker.Proc, error) {
	p, err := worker.Start(context.Background(), workerKind, nil, func(c *exec.Cmd) error {
		c.ExtraFiles = []*os.File{ledger}
		if other != "" && n%2 == 1 {
			c.Path = other
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var ready bool
	if err := p.Hear(&ready); err != nil {
		p.Kill()
		return nil, err
	}
	return p, nil
}

// close ends all that wait.
func (r *reserve) close() {
	r.stop()
	r.wg.Wait()
	close(r.ready)
	for p := range r.ready {
		p.Kill()
	}
}
