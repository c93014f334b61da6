package image_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"time"

	"usarena/arena"
	"usarena/info"
	locks "usarena/sync"
)

// moment is how long an operation on a damaged object may wait.
const moment = 3 * time.Millisecond

// told are the errors of objects that a program can tell.
var told = map[string]error{
	"OwnerDied": locks.ErrOwnerDied, "NotRecoverable": locks.ErrNotRecoverable, "Broken": locks.ErrBroken, "NotOwner": locks.ErrNotOwner,
	"NotLocked": locks.ErrNotLocked, "WrongObject": locks.ErrWrongObject, "Queued": locks.ErrQueued, "late": context.DeadlineExceeded,
}

func (w *witness) obj(what string, err error) bool {
	for name, s := range told {
		if errors.Is(err, s) {
			w.saw(what, name)
			return false
		}
	}
	return w.err(what, err)
}

// hold takes what there is to take of an object and keeps it.
func (w *witness) hold(a *arena.Arena, o object) {
	ctx, cancel := context.WithTimeout(context.Background(), moment)
	defer cancel()
	switch o.Kind {
	case "lock":
		if l, err := locks.LockAt(a, o.Off); w.obj("LockAt", err) {
			w.obj("Lock", l.Lock(ctx))
		}
	case "sema":
		if s, err := locks.SemaAt(a, o.Off); w.obj("SemaAt", err) {
			w.obj("P", s.P(ctx))
		}
	case "rwlock":
		if l, err := locks.RWLockAt(a, o.Off); w.obj("RWLockAt", err) {
			w.obj("RLock", l.RLock(ctx))
		}
	case "barrier":
		if b, err := locks.BarrierAt(a, o.Off); w.obj("BarrierAt", err) {
			w.obj("Wait", b.Wait(ctx, 2))
		}
	case "condition":
		if c, err := locks.ConditionAt(a, o.Off); w.obj("ConditionAt", err) {
			w.obj("Signal", c.Signal())
			w.obj("Broadcast", c.Broadcast())
		}
	case "pollsema":
		if p, err := locks.PollSemaAt(a, o.Off); w.obj("PollSemaAt", err) {
			_, err := p.Open(0o600)
			w.obj("Open", err)
			_, err = p.P()
			w.obj("P of pollsema", err)
		}
	}
}

// leave gives an object back, whether or not it was taken.
func (w *witness) leave(a *arena.Arena, o object) {
	switch o.Kind {
	case "lock":
		if l, err := locks.LockAt(a, o.Off); w.obj("LockAt", err) {
			w.obj("Recovered", l.Recovered())
			w.obj("Unlock", l.Unlock())
			l.Owner()
			_, err := l.Meter()
			w.obj("Meter", err)
		}
	case "sema":
		if s, err := locks.SemaAt(a, o.Off); w.obj("SemaAt", err) {
			w.obj("V", s.V())
			_, err := s.Value()
			w.obj("Value", err)
		}
	case "rwlock":
		if l, err := locks.RWLockAt(a, o.Off); w.obj("RWLockAt", err) {
			w.obj("RUnlock", l.RUnlock())
			if ok, err := l.TryLock(); w.obj("TryLock", err) && ok {
				w.obj("Unlock", l.Unlock())
			}
		}
	case "barrier":
		if b, err := locks.BarrierAt(a, o.Off); w.obj("BarrierAt", err) {
			w.obj("Reset", b.Reset())
		}
	case "pollsema":
		if p, err := locks.PollSemaAt(a, o.Off); w.obj("PollSemaAt", err) {
			w.obj("V of pollsema", p.V())
			if p.IsOpen() {
				w.obj("Close of pollsema", p.Close())
			}
		}
	}
}

// work is what is done with every damaged arena: look, attach, use, recover,
// leave, look again. The damage is in the word at off.
func (w *witness) work(name string, objects []object, off, seed uint64) {
	r, err := info.Check(name)
	w.report("Check", r, err)
	sound := err == nil && r.Clean
	for _, err := range info.Walk(name) {
		if err != nil {
			w.err("Walk", err)
			break
		}
	}
	w.err("Dump", info.Dump(io.Discard, name))
	a, err := arena.Join(name)
	if !w.err("Join", err) {
		return
	}
	p := &player{witness: w, rnd: rand.New(rand.NewPCG(seed, 79))}
	for b := range a.Blocks() {
		if p.offs = append(p.offs, b); len(p.offs) >= walked {
			break
		}
	}
	for range playSteps / 2 {
		if b, size := p.use(a); size > 0 {
			p.window(a, b, size, true)
		}
	}
	if len(objects) > 0 {
		o := objects[p.rnd.IntN(len(objects))]
		w.hold(a, o)
		_, err = a.Recover(context.Background())
		w.err("Recover", err)
		w.hold(a, o)
		w.leave(a, o)
	}
	w.err("Close", a.Close())
	r, err = info.Check(name)
	w.err("Check again", err)
	for _, f := range r.Findings {
		// A use of the word may uncover what nobody looked at before.
		if sound && f.Offset&^7 != off&^7 {
			w.wrong("the arena was sound and is not any more: %+v", f)
		}
	}
}
