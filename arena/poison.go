package arena

import (
	"runtime"
	"sync"
	"sync/atomic"

	"usarena/internal/robust"
)

// poison is what happens once the mapping is lost. Nobody who merely meets the
// fault can be made to wait for all that, so it happens beside.
type poison struct {
	mu     sync.Mutex
	barred bool          // Close has begun and does it all
	done   chan struct{} // closed at the end; nil: it has not begun
	err    error         // why the byte is still ours
	buried bool
}

// poisoned begins it. Called by the region, once, out of any call.
func (a *Arena) poisoned() {
	p := &a.poison
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.barred {
		return
	}
	a.gate.refuse()
	atomic.StoreUint64(&a.limit, 0)
	if a.slot == 0 {
		return // attached read-only, or not yet: nothing of ours is in the arena
	}
	p.done = make(chan struct{})
	go func() {
		defer close(p.done)
		p.err = a.abandon()
	}()
}

// abandon takes this process out of the arena as its death would, and without
// touching it. After Detach nothing that runs in this process can store into the
// arena: not calls in progress, not pinned code, not an uncontended lock, not a
// user's own slices. Only then others may recover the slot. If that fails, our
// byte stays ours until Close.
//
// Killed anywhere in it, the process has died, which is what others see anyway.
func (a *Arena) abandon() error {
	a.table.Shut()
	a.heap.Abandon()
	// Else an uncontended lock could be taken in memory of our own. A page that
	// could not be buried is private at least.
	a.buryHandles()
	if err := a.region.Detach(a.file.FD()); err != nil {
		return err
	}
	return a.keeper.Quit()
}

// settle makes sure that no abandon runs or begins any more.
func (p *poison) settle() error {
	p.mu.Lock()
	p.barred = true
	done := p.done
	p.mu.Unlock()
	if done == nil {
		return nil
	}
	<-done
	return p.err
}

// buryHandles leaves pages of ones where this process has handles of objects: an
// uncontended lock does not look whether the arena is open. They go when the last
// handle does.
func (a *Arena) buryHandles() error {
	a.poison.buried = true
	pages := a.table.Pages()
	if len(pages) == 0 {
		return nil
	}
	moved, release, err := a.region.Bury(pages)
	runtime.AddCleanup(a.table, func(f func()) { f() }, release)
	if a.region.Lost("close") != nil {
		return err
	}
	for _, m := range moved {
		robust.AbandonMoved(a.region, m, a.slot) // taken since leaveObjects
	}
	return err
}
