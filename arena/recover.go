package arena

import (
	"context"
	"fmt"
	"time"

	"usarena/info"
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
)

// Recover takes over what dead users left: their spans, their half-done work,
// their slots. Their blocks stay as orphans, or are freed with
// config.ReclaimOnDeath. It also runs by itself where it is needed: before an
// allocation reports that the arena is full, when a slot is taken again, and in
// the reaper. Killed inside, the next one finishes. A process that sees only a
// part of the arena recovers nobody and gets ErrOutsideWindow.
func (a *Arena) Recover(ctx context.Context) (sum info.Recovery, err error) {
	if a.slot == 0 {
		return sum, a.readOnlyError("recover")
	}
	if !a.gate.enter() {
		return sum, a.closedError("recover")
	}
	defer a.gate.leave()
	defer a.region.Caught("recover", &err, fault.Arm())
	if !a.seesAll() {
		return sum, errs.Wrap(errs.OutsideWindow, "recover", "%s: this process sees %d of %d pages and recovers nobody", a.name, a.region.Window, a.region.Committed())
	}
	for s := 1; s <= int(a.region.Geo.Users); s++ {
		if err := ctx.Err(); err != nil {
			return sum, fmt.Errorf("usarena: recover: %s: at slot %d: %w", a.name, s, err)
		}
		if got, ok := a.recoverIfDead(s); ok {
			sum.Users++
			sum.Spans += got.Spans
			sum.Large += got.Large
			sum.Locks += got.Locks
			sum.Blocks += got.Blocks
			sum.Bytes += got.Bytes
			sum.Freed += got.Freed
			sum.Held += got.objects.Locks + got.objects.Readers
			sum.Units += got.objects.Units
		}
	}
	return sum, nil
}

// recoverDead is Recover for the allocator: the caller is inside a call that
// Close waits for.
func (a *Arena) recoverDead() (users int) {
	if !a.seesAll() {
		return 0
	}
	for s := 1; s <= int(a.region.Geo.Users); s++ {
		if _, ok := a.recoverIfDead(s); ok {
			users++
		}
	}
	return users
}

// recoverIfDead recovers slot s if its user is dead.
func (a *Arena) recoverIfDead(s int) (got recovered, ok bool) {
	if s == a.slot || a.slotFree(s) || !a.keeper.Dead(s) { // model: A4
		return got, false
	}
	release, ok := a.keeper.Claim(s)
	if !ok {
		return got, false
	}
	defer release()                    // model: A7
	if a.slotFree(s) || !a.seesAll() { // model: A6. Somebody else was faster
		return got, false
	}
	return a.recoverSlot(s, layout.LockWord(a.slot, a.gen)), true
}

// reaper looks for dead users from time to time; its zero value does nothing.
type reaper struct {
	every      time.Duration
	quit, done chan struct{}
}

func (r *reaper) start(a *Arena, every time.Duration) {
	if every <= 0 {
		return
	}
	r.every = every
	r.quit, r.done = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(r.done)
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-r.quit:
				return
			case <-t.C:
			}
			a.reap()
		}
	}()
}

// reap is one turn of the reaper. A fault ends the attachment, and the gate the
// turns after it.
func (a *Arena) reap() {
	if a.gate.enter() {
		defer a.gate.leave()
		a.guarded("recover", func() { a.recoverDead() })
	}
}

func (r *reaper) stop() {
	if r.quit != nil {
		close(r.quit)
		<-r.done
	}
}
