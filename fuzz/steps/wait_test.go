//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
	"time"

	"usarena/sync"
)

// begin does, as the survivor, what stays so while the hand is at its operation.
func (p *peer) begin(what string) error {
	x, err := p.me.things.in(p.me.a)
	if err != nil {
		return err
	}
	p.does, p.wait = what, nil
	var wait func() error
	switch what {
	case "take unit":
		ok, err := x.sema.TryP()
		if err == nil && !ok {
			p.does = "" // the dead have all of them
		}
		return err
	case "read":
		return held(x.rwlock.RLock(background))
	case "wait for lock":
		wait = func() error {
			return errors.Join(held(x.lock.Lock(background)), ignore(x.lock.Recovered()), x.lock.Unlock())
		}
	case "wait for unit":
		wait = func() error { return errors.Join(x.sema.P(background), x.sema.V()) }
	case "wait to write", "wait for readers":
		wait = func() error {
			return errors.Join(held(x.rwlock.Lock(background)), ignore(x.rwlock.Recovered()), x.rwlock.Unlock())
		}
	case "wait for signal":
		if _, err := x.lock.TryLock(0); take(err, x.lock.Recovered) != nil {
			return err
		}
		wait = func() error {
			return errors.Join(held(x.cond.Wait(background, x.lock)), ignore(x.lock.Recovered()), x.lock.Unlock())
		}
	case "wait at barrier":
		wait = func() error { return x.barrier.Wait(background, 2) }
	default:
		return fmt.Errorf("survivor: %q", what)
	}
	p.wait = make(chan error, 2)
	go func(c chan error) { c <- wait() }(p.wait)
	time.Sleep(3 * time.Millisecond) // until it sleeps
	return nil
}

func ignore(error) error { return nil }

// finishWait sees that what the survivor waits for comes, now that the hand is
// dead.
func (p *peer) finishWait() error {
	if p.wait == nil {
		return nil
	}
	if p.does == "wait at barrier" {
		return p.finishBarrier()
	}
	select {
	case err := <-p.wait:
		return err
	case <-time.After(patience / 2):
		return fmt.Errorf("watchdog: the survivor, which was to %s, sleeps on", p.does)
	}
}

// finishBarrier: a hand that died before it was a party is no reason to wake; then
// somebody else comes in its place.
func (p *peer) finishBarrier() error {
	x, err := p.me.things.in(p.me.a)
	if err != nil {
		return err
	}
	allow := func(err error) error {
		if errors.Is(err, sync.ErrBroken) {
			return nil
		}
		return err
	}
	select {
	case err := <-p.wait:
		return allow(err)
	case <-time.After(50 * time.Millisecond):
	}
	go func(c chan error) { c <- x.barrier.Wait(background, 2) }(p.wait)
	for range 2 {
		select {
		case err := <-p.wait:
			if err := allow(err); err != nil {
				return err
			}
		case <-time.After(patience / 2):
			return fmt.Errorf("watchdog: the survivor, which was to %s, sleeps on", p.does)
		}
	}
	return nil
}
