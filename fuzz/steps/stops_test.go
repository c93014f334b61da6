//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/info"
)

// TestStops stops the hand in the middle of operations that others might have to
// wait for, by a real SIGSTOP. The survivor goes on, nothing of the hand's is
// taken, and afterwards the hand finishes. In an arena that has one region and
// may not grow, a hand that is stopped while it holds that region's lock keeps
// others from getting pages, until it goes on: nothing is taken from the living.
// There are several regions here, or room to grow.
func TestStops(t *testing.T) {
	mayTrace(t)
	t.Logf("seed %d", *seed)
	l := &lane{t: t, peer: newPeer(t)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		for _, op := range chosen(t) {
			if op.stop {
				l.stops(op)
			}
		}
	}()
	<-done
}

func (l *lane) stops(op *operation) {
	want, err := capacity(l.peer, op.kind.cfg, op.things, fileName(l.t))
	if err != nil {
		l.t.Errorf("%s: %v", op.name, err)
		return
	}
	calls, n := 0, 0
	for i := 0; n < *stops && i < *stops+statesMost; i++ {
		k, c, err := l.stop(op, i, want)
		if errors.Is(err, errSkip) {
			continue
		}
		if err != nil {
			l.t.Errorf("%s, start state %d of seed %d, stopped at instruction %d: %v", op.name, i, *seed, k, err)
		}
		calls += c
		n++
	}
	l.t.Logf("%s: stopped %d times for %v; meanwhile the survivor made %d calls", op.name, n, *stopTime, calls)
}

// stop stops the hand once, where the arena has just changed and will again.
func (l *lane) stop(op *operation, i, want int) (k, calls int, err error) {
	b, err := makeBase(l.peer, op, 50_000+i, fileName(l.t))
	if err != nil {
		return 0, 0, err
	}
	f, err := l.length(b)
	if err != nil {
		return 0, 0, err
	}
	k = pick(choices(b.seed, 5), f.images[:len(f.images)-1]).step
	s, err := l.open(b)
	if err != nil {
		return k, 0, err
	}
	defer l.close(s, &err)
	for range k {
		if st, err := s.tr.step(); err != nil || st != stepped {
			return k, 0, errors.Join(errSkip, err)
		}
	}
	if err := s.tr.letGo(true); err != nil {
		return k, 0, err
	}
	if calls, err = s.standsStill(); err != nil {
		return k, calls, err
	}
	return k, calls, s.finishes(want)
}

// length films the operation for its steps.
func (l *lane) length(b *base) (f film, err error) {
	s, err := l.open(b)
	if err != nil {
		return f, err
	}
	defer l.close(s, &err)
	return s.film()
}

// standsStill has the survivor work while the hand is stopped.
func (s *scene) standsStill() (calls int, err error) {
	for end := time.Now().Add(patience); !isStopped(s.hand.Pid()); time.Sleep(50 * time.Microsecond) {
		if time.Now().After(end) {
			return 0, errors.New("watchdog: the hand is not stopped")
		}
	}
	an, err := s.peer.do(order{Do: "work", Arena: s.name, For: *stopTime})
	if err != nil {
		return 0, err
	}
	if !isStopped(s.hand.Pid()) {
		return an.Calls, errors.New("the hand goes on")
	}
	users, err := info.Users(s.name)
	if err != nil {
		return an.Calls, err
	}
	if err := s.onlyTwo(users); err != nil {
		return an.Calls, err
	}
	if an.Calls == 0 {
		return 0, errors.New("the survivor got nowhere")
	}
	return an.Calls, errors.Join(s.accounts(an.Blocks, false), clean(info.Check(s.name)))
}

// onlyTwo: the survivor and the hand live. Whom the hand was just recovering is
// there as well, and waits for it.
func (s *scene) onlyTwo(users []info.User) error {
	live, others := 0, 0
	for _, u := range users {
		switch {
		case u.Slot != s.slot && u.Slot != s.slots[0]:
			others++
		case u.State == info.StateLive:
			live++
		}
	}
	if live != 2 || others > 0 && s.op.dead == 0 {
		return fmt.Errorf("%d users, want the survivor in slot %d and the hand in slot %d: %+v", len(users), s.slots[0], s.slot, users)
	}
	return nil
}

// finishes lets the hand go on to its end, and accounts for everything. Its last
// mark stops it once more.
func (s *scene) finishes(want int) error {
	end := make(chan struct{})
	defer close(end)
	go func() {
		for {
			s.hand.cmd.Process.Signal(unix.SIGCONT)
			select {
			case <-end:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	var d done
	if err := s.hand.hear(&d); err != nil {
		return err
	}
	if d.Err != "" {
		return errors.New(d.Err)
	}
	<-s.hand.ended
	var sum row
	return s.survives(job{want: want}, &sum, true, false)
}

func isStopped(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.HasPrefix(rest, "T")
}
