package sync

import (
	gosync "sync"
	"time"

	"usarena/internal/fault"
	"usarena/internal/futex"
	"usarena/internal/layout"
)

// enqueue takes the next ticket. p.mu is held.
func (p *PollSema) enqueue() {
	t := p.s.t
	t.WaitBegins(p.r.Off, layout.WaitingPoll)
	p.ticket = p.r.Event.Add(1)
	p.queued, p.since = true, time.Time{}
	p.setState(layout.PollQueued) // model: Q2
}

// dequeue ends the stay in the queue. p.mu is held.
func (p *PollSema) dequeue(state int) {
	p.setState(state)
	p.queued = false
	p.s.t.WaitEnds(p.r.Off, layout.WaitingPoll)
}

// setState changes this slot's word; nobody else does while its user lives.
func (p *PollSema) setState(state int) {
	word := uint64(0)
	if state != layout.PollNone {
		word = layout.PollWord(state, p.ticket)
	}
	p.r.Slot(p.s.t.Slot()).Store(word)
}

// look takes a unit for a process that is queued, if one is free and nobody who
// came before takes it. soon: look again in a moment, whatever happens. p.mu is
// held.
func (p *PollSema) look() (granted, soon bool) {
	t := p.s.t
	before, giving := t.Queued(p.r, p.ticket)
	free := layout.SemaWord(p.r.Word.Load()).Value()
	if free == 0 {
		p.since = time.Time{}
		return false, giving // model: Q4
	}
	if free <= before { // theirs, unless they do not take it
		if p.since.IsZero() {
			p.since = time.Now()
		}
		if time.Since(p.since) < 2*quantum { // who looks once a quantum has had its chance
			return false, true
		}
	}
	if ok, _ := t.TakeUnit(p.r, true); !ok { // model: Q3
		return false, true
	}
	p.dequeue(layout.PollGranted)
	p.granted = true
	return true, false
}

// settle ends what a granted unit was told by: whatever this process does next
// at the semaphore says that it knows. p.mu is held.
func (p *PollSema) settle() {
	if !p.granted {
		return
	}
	p.granted = false
	p.setState(layout.PollNone)
	if p.fd >= 0 {
		clearEvent(p.fd)
	}
	select {
	case <-p.ready:
	default:
	}
}

// tell tells this process that it has its unit. p.mu is held.
func (p *PollSema) tell() {
	p.race.acquire()
	select {
	case p.ready <- struct{}{}:
	default:
	}
	if p.fd >= 0 {
		setEvent(p.fd)
	}
}

// shut wakes the goroutine that waits for the bell and closes the descriptor,
// because the arena closes.
func (p *PollSema) shut() {
	p.s.t.RingBell(p.s.t.Slot())
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fd >= 0 {
		closeEvent(p.fd)
		p.fd = -1
	}
}

// ringer waits on this user's bell for all pollable semaphores at which it is
// queued. It runs only while there are any, and holds one thread then.
type ringer struct {
	mu      gosync.Mutex
	queued  map[*PollSema]struct{}
	running bool
}

func (g *ringer) add(s *space, p *PollSema) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.queued == nil {
		g.queued = map[*PollSema]struct{}{}
	}
	g.queued[p] = struct{}{}
	if !g.running {
		g.running = true
		go g.run(s)
		return
	}
	s.t.RingBell(s.t.Slot())
}

func (g *ringer) run(s *space) {
	t := s.t
	if t.Enter("wait for the bell") != nil {
		return
	}
	defer t.End("wait for the bell", nil, fault.Arm())
	for !t.Closed() {
		bell := t.Bell().Load()
		if t.Closed() {
			return // it rings once, and that may have been before we listened
		}
		soon, more := g.look()
		switch {
		case !more:
			return
		case soon:
			futex.Wait(t.Bell(), bell, quantum)
		default:
			// Without an end: who gives a unit rings before it is there, and is
			// seen to be giving until it has rung again.
			futex.WaitLong(t.Bell(), bell)
		}
	}
}

// look goes over all semaphores; more is false if there is none left, and the
// ringer has ended.
func (g *ringer) look() (soon, more bool) {
	g.mu.Lock()
	list := make([]*PollSema, 0, len(g.queued))
	for p := range g.queued {
		list = append(list, p)
	}
	g.mu.Unlock()
	for _, p := range list {
		soon = p.lookQueued(g) || soon
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running = len(g.queued) > 0
	return soon, g.running
}

func (p *PollSema) lookQueued(g *ringer) (soon bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	granted := false
	if p.queued && alive(p.s.t, "p", p.r, p.head, &p.freed) != nil {
		p.queued = false // by another user, and what lies there now is none of ours
		p.s.t.WaitEnds(p.r.Off, layout.WaitingPoll)
	}
	if p.queued {
		granted, soon = p.look()
	}
	if granted || !p.queued {
		// Before anybody is told: its next P adds it again.
		g.mu.Lock()
		delete(g.queued, p)
		g.mu.Unlock()
	}
	if granted {
		p.tell()
		p.s.t.Ring(p.r) // the next one, if units are left
	}
	return soon
}
