package torture

import (
	"context"
	"errors"
	"fmt"
	"time"

	"usarena/sync"
)

// long is more than any wait should take; a wait that takes it is a hang.
const long = time.Minute

// together is one use of what processes share beside memory.
func (h *hand) together(k int) error {
	ctx, cancel := context.WithTimeout(context.Background(), long)
	defer cancel()
	switch {
	case k < 83:
		return h.locked(ctx)
	case k < 89:
		return h.unit(ctx)
	case k < 94:
		return h.read(ctx)
	case k < 98:
		return h.write(ctx)
	case h.r.IntN(12) == 0:
		return h.meet()
	}
	return nil
}

// linger makes steps long enough to be killed in.
func (h *hand) linger() {
	for i := h.r.IntN(3000); i > 0; i-- {
		h.lane.Phase.Load()
	}
}

func (h *hand) locked(ctx context.Context) error {
	h.begin(locking)
	err := h.lock.Lock(ctx)
	if !sync.Held(err) {
		return err
	}
	if err != nil {
		h.lane.Told.Add(1) // before it counts as inside: who is killed between was told, too
	}
	h.begin(inside)
	if err := repair(h, err); err != nil {
		return err
	}
	h.b.A++
	h.linger()
	if h.b.A != h.b.B+1 {
		return fmt.Errorf("%d and %d: somebody else is inside", h.b.A, h.b.B)
	}
	h.b.B++
	h.begin(unlocking)
	return h.lock.Unlock()
}

// repair makes good what a dead owner left half done, of which err tells.
func repair(h *hand, err error) error {
	if err == nil {
		if h.b.A != h.b.B {
			return fmt.Errorf("the lock's data is half changed (%d, %d), and nobody was told", h.b.A, h.b.B)
		}
		return nil
	}
	h.b.B = h.b.A
	return h.lock.Recovered()
}

func (h *hand) unit(ctx context.Context) error {
	h.begin(taking)
	if err := h.sema.P(ctx); err != nil {
		return err
	}
	h.begin(holding)
	h.linger()
	h.begin(giving)
	return h.sema.V()
}

func (h *hand) read(ctx context.Context) error {
	h.begin(readLocking)
	err := h.rw.RLock(ctx)
	if !sync.Held(err) {
		return err
	}
	h.begin(reading)
	if err == nil && h.b.X != h.b.Y {
		return fmt.Errorf("the reader-writer lock's data is half written (%d, %d), and nobody was told", h.b.X, h.b.Y)
	}
	h.linger()
	h.begin(readUnlocking)
	return h.rw.RUnlock()
}

func (h *hand) write(ctx context.Context) error {
	h.begin(writeLocking)
	err := h.rw.Lock(ctx)
	if !sync.Held(err) {
		return err
	}
	h.begin(writing)
	if err != nil {
		h.b.Y = h.b.X
		if err := h.rw.Recovered(); err != nil {
			return err
		}
	} else if h.b.X != h.b.Y {
		return fmt.Errorf("the reader-writer lock's data is half written (%d, %d), and nobody was told", h.b.X, h.b.Y)
	}
	h.b.X++
	h.linger()
	h.b.Y++
	h.begin(writeUnlocking)
	return h.rw.Unlock()
}

// meet waits for another hand for a moment.
func (h *hand) meet() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(h.r.IntN(300))*time.Microsecond)
	defer cancel()
	h.begin(meeting)
	switch err := h.barrier.Wait(ctx, 2); {
	case errors.Is(err, sync.ErrBroken):
		return h.barrier.Reset()
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return nil
}
