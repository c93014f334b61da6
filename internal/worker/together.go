package worker

import (
	"context"
	"os/exec"
)

// Together starts a worker of one kind for each spec, waits until all are Ready,
// lets them begin at the same moment, and returns the value that each tells. The
// first failure ends all of them, so that none waits for one that is gone.
func Together[T, S any](ctx context.Context, kind string, specs []S, prepare ...func(*exec.Cmd) error) ([]T, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	procs := make([]*Proc, 0, len(specs))
	defer func() {
		for _, p := range procs {
			p.Kill()
		}
	}()
	for _, spec := range specs {
		p, err := Start(ctx, kind, spec, prepare...)
		if err != nil {
			return nil, err
		}
		procs = append(procs, p)
	}
	var ready bool
	for _, p := range procs {
		if err := p.Hear(&ready); err != nil {
			return nil, err
		}
	}
	for _, p := range procs {
		if err := p.Tell(true); err != nil {
			return nil, err
		}
	}
	values, ended := make([]T, len(procs)), make(chan error, len(procs))
	for i, p := range procs {
		go func() {
			err := p.Hear(&values[i])
			if err == nil {
				err = p.Wait()
			}
			ended <- err
		}()
	}
	var first error
	for range procs {
		if err := <-ended; err != nil && first == nil {
			first = err
			cancel()
		}
	}
	return values, first
}
