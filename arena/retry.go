package arena

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"usarena/config"
	"usarena/internal/backing"
	"usarena/internal/errs"
)

// initialise is the loop of Init: join, else create, and once more when another
// creator was faster or when the file went away meanwhile.
func initialise(ctx context.Context, name string, cfg *config.Config, fresh bool) (*Arena, error) {
	n, err := backing.Parse(name)
	if err != nil {
		return nil, err
	}
	if n.Anonymous() {
		return create(ctx, n, cfg, false)
	}
	opt := attachOptions{ctx: ctx, init: true, fresh: fresh, cfg: cfg}
	if cfg != nil {
		opt.addr, opt.reaper = cfg.AttachAddr, cfg.Reaper
	}
	return retry(ctx, n, func() (*Arena, error) {
		a, err := join(ctx, n, opt)
		if !errors.Is(err, fs.ErrNotExist) || n.Borrowed() {
			return a, err
		}
		a, err = create(ctx, n, cfg, false)
		if errors.Is(err, fs.ErrExist) && !errors.As(err, new(notAttached)) {
			return nil, errMoved
		}
		return a, err
	})
}

// notAttached is why a new arena could not be attached to. An EEXIST in it is
// about an address, not about the name.
type notAttached struct{ error }

func (e notAttached) Unwrap() error { return e.error }

// What join finds when another process is changing what the name leads to.
var (
	errMoved = errors.New("the name leads to another file by now")
	errInUse = errors.New("somebody is removing or replacing the arena")
)

// How long a name may be in motion before it is reported. Nobody holds a name
// for longer than a few system calls unless he is stopped.
const (
	motionMax  = 5 * time.Second
	motionStep = time.Millisecond
)

// retry calls try until the name holds still.
func retry(ctx context.Context, n backing.Name, try func() (*Arena, error)) (*Arena, error) {
	for end := time.Now().Add(motionMax); ; {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("usarena: open: %s: %w", n.Given, err)
		}
		a, err := try()
		if err != errMoved && err != errInUse {
			return a, err
		}
		if time.Now().After(end) {
			return nil, errs.Wrap(errs.Busy, "open", "%s: %v (stopped half way?)", n.Given, err)
		}
		if err == errInUse {
			pause(ctx, motionStep)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
