package sync

import (
	"context"
	gosync "sync"
	"sync/atomic"
	"time"
)

// quantum is how long a sleep lasts at most: then the sleeper looks whether
// whoever it waits for is gone.
const quantum = 10 * time.Millisecond

// starved is how long the front of a queue waits before others are held back.
const starved = time.Millisecond

// gate is the queue of this process's goroutines at one object. Only its front
// goes for the object and may sleep in the kernel; the others wait for it in Go.
type gate struct {
	state   atomic.Int32 // bit 0: the front has waited long; above: goroutines here
	watched atomic.Bool  // the watchman knows it
	told    atomic.Bool  // the front was told to look and has not looked yet
	mu      gosync.Mutex
	front   *waiter // nil also where the front has not made itself known
	queue   list    // behind the front, first come first served
}

const (
	starving = 1
	oneHere  = 2
)

// waiter is one goroutine in a gate.
type waiter struct {
	next, prev *waiter
	look       chan struct{} // it should look; holds one
	isFront    bool          // under gate.mu, read by its goroutine after look
	given      bool          // the object was handed over; likewise
	inKernel   atomic.Bool   // it sleeps, or is about to, where look does not reach it
}

var waiters = gosync.Pool{New: func() any { return &waiter{look: make(chan struct{}, 1)} }}

// enter joins the queue. True: as its front, which has no waiter yet; else the
// waiter to sleep with.
func (g *gate) enter() *waiter {
	if g.state.CompareAndSwap(0, oneHere) {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state.Add(oneHere)/oneHere == 1 {
		return nil // the last one left meanwhile
	}
	w := newWaiter()
	g.queue.push(w)
	return w
}

func newWaiter() *waiter {
	w := waiters.Get().(*waiter)
	w.isFront, w.given = false, false
	return w
}

// recycle gives back a waiter that nobody knows any more.
func (w *waiter) recycle() {
	if w == nil {
		return
	}
	select {
	case <-w.look:
	default:
	}
	waiters.Put(w)
}

// known makes the front known, so that it can be told to look. The caller looks
// once more before it sleeps.
func (g *gate) known(w *waiter) *waiter {
	if w == nil {
		w = newWaiter()
		g.mu.Lock()
		w.isFront = true
		g.front = w
		g.mu.Unlock()
	}
	return w
}

// looks is what the front does before it looks: whatever is told from now on
// wakes it.
func (g *gate) looks() { g.told.Store(false) }

// leave ends the front's stay; the next one becomes the front, and with tell is
// told to look.
func (g *gate) leave(w *waiter, tell bool) {
	if w == nil && g.state.CompareAndSwap(oneHere, 0) {
		return
	}
	g.mu.Lock()
	g.advance(tell)
	g.mu.Unlock()
	w.recycle()
}

// advance makes the next goroutine the front. g.mu is held.
func (g *gate) advance(tell bool) {
	g.state.And(^int32(starving))
	g.state.Add(-oneHere)
	g.front = g.queue.pop()
	g.told.Store(false)
	if g.front == nil {
		return
	}
	g.front.isFront = true
	if tell {
		g.told.Store(true)
		g.front.tell()
	}
}

func (w *waiter) tell() {
	select {
	case w.look <- struct{}{}:
	default:
	}
}

// tell tells the front that there is something to look at.
func (g *gate) tell() {
	if g.told.Load() || g.told.Swap(true) {
		return
	}
	g.mu.Lock()
	if g.front != nil {
		g.front.tell()
	}
	g.mu.Unlock()
}

// kick tells the front whatever it was told before.
func (g *gate) kick() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.front != nil {
		g.front.tell()
	}
}

// tellAll wakes everybody, because the arena closes.
func (g *gate) tellAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.front != nil {
		g.front.tell()
	}
	for w := g.queue.first; w != nil; w = w.next {
		w.tell()
	}
}

// starve says that the front, which is known, has waited long.
func (g *gate) starve(w *waiter) {
	g.mu.Lock()
	if g.front == w {
		g.state.Or(starving)
	}
	g.mu.Unlock()
}

// handOver gives the object to the front without letting it go in between. False:
// there is no front that would notice at once.
func (g *gate) handOver() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := g.front
	if w == nil || w.inKernel.Load() {
		return false
	}
	g.advance(false)
	w.given = true
	w.tell()
	return true
}

// quit ends the stay of a goroutine whose context is over, wherever it stands by
// now. given: it had been handed the object already and must see to it.
func (g *gate) quit(w *waiter) (given bool) {
	g.mu.Lock()
	switch {
	case w == nil || w.isFront && !w.given:
		g.advance(true)
	case !w.given:
		g.queue.remove(w)
		g.state.Add(-oneHere)
	}
	given = w != nil && w.given
	g.mu.Unlock()
	w.recycle()
	return given
}

// sleep waits until the waiter is told to look, or the context ends.
func (w *waiter) sleep(ctx context.Context) {
	done := ctx.Done()
	if done == nil {
		<-w.look
		return
	}
	select {
	case <-w.look:
	case <-done:
	}
}

// turn says what a waiter is after it was woken.
func (g *gate) turn(w *waiter) (front, given bool) {
	if w == nil {
		return true, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return w.isFront, w.given
}

// list is a queue of waiters.
type list struct{ first, last *waiter }

func (l *list) push(w *waiter) {
	w.next, w.prev = nil, l.last
	if l.last == nil {
		l.first = w
	} else {
		l.last.next = w
	}
	l.last = w
}

func (l *list) pop() *waiter {
	w := l.first
	if w != nil {
		l.remove(w)
	}
	return w
}

func (l *list) remove(w *waiter) {
	if w.prev == nil {
		l.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		l.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.next, w.prev = nil, nil
}
