package sync_test

import (
	"bufio"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/internal/layout"
	"usarena/internal/robust"
	"usarena/sync"
)

// Several descriptors in one epoll set, beside a pipe: each unit makes one ready.
func TestPollEpoll(t *testing.T) {
	a := arenatest.New(t)
	giver := second(t, a)
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	must(t, err)
	defer unix.Close(set)
	var pipe [2]int
	must(t, unix.Pipe2(pipe[:], unix.O_CLOEXEC))
	defer unix.Close(pipe[0])
	defer unix.Close(pipe[1])
	add := func(fd int) {
		t.Helper()
		must(t, unix.EpollCtl(set, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}))
	}
	ready := func(patience int) int {
		t.Helper()
		for {
			events := make([]unix.EpollEvent, 8)
			n, err := unix.EpollWait(set, events, patience)
			if err == unix.EINTR {
				continue
			}
			must(t, err)
			if n == 0 {
				return -1
			}
			return int(events[0].Fd)
		}
	}
	add(pipe[0])
	var mine, theirs []*sync.PollSema
	var fds []int
	for range 5 {
		p := newPoll(t, a, 0)
		q, err := sync.PollSemaAt(giver, p.Offset())
		must(t, err)
		fd, err := p.Open(0)
		must(t, err)
		if got, err := p.P(); got || err != nil {
			t.Fatal(got, err)
		}
		add(fd)
		mine, theirs, fds = append(mine, p), append(theirs, q), append(fds, fd)
	}
	for _, i := range []int{3, 0, 4, 1, 2, 3} {
		if fd := ready(5); fd != -1 {
			t.Errorf("%d is ready before anybody gave", fd)
		}
		must(t, theirs[i].V())
		if fd := ready(60000); fd != fds[i] {
			t.Errorf("%d is ready, want %d", fd, fds[i])
		}
		if got, err := mine[i].P(); got || err != nil { // which also says that it knows
			t.Fatal(got, err)
		}
	}
	unix.Write(pipe[1], []byte{1})
	if fd := ready(60000); fd != pipe[0] {
		t.Errorf("%d is ready, want the pipe", fd)
	}
	for _, p := range mine {
		must(t, p.Close())
	}
}

// Units come in the order of queueing, over several users.
func TestPollOrder(t *testing.T) {
	a := arenatest.New(t)
	p := newPoll(t, a, 0)
	var queue []*sync.PollSema
	for range 5 {
		q, err := sync.PollSemaAt(second(t, a), p.Offset())
		must(t, err)
		if got, err := q.P(); got || err != nil {
			t.Fatal(got, err)
		}
		queue = append(queue, q)
	}
	if v, err := p.Value(); v != -5 || err != nil {
		t.Errorf("value %d, %v, want 5 that wait", v, err)
	}
	if got, err := p.TryP(); got || err != nil {
		t.Errorf("past the queue: %v, %v", got, err)
	}
	// Who does not take its unit within a quantum may be passed: on a busy machine
	// that need not be a stopped one.
	got, passed := make([]bool, len(queue)), 0
	for range queue {
		must(t, p.V())
		next, first := slices.Index(got, false), -1
		for end := time.Now().Add(time.Minute); first < 0; time.Sleep(100 * time.Microsecond) {
			for i, q := range queue {
				select {
				case <-q.C():
					first, got[i] = i, true
				default:
				}
			}
			if time.Now().After(end) {
				t.Fatalf("nobody gets the unit; so far %v", got)
			}
		}
		if first != next {
			passed++
		}
	}
	t.Logf("%d of %d units went past the first in the queue", passed, len(queue))
	if passed > len(queue)/2 {
		t.Error("that is no queue")
	}
}

func init() {
	// give half goes as far as a step of V and stays until it is killed.
	arenatest.Register("give half", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		var off arena.Offset
		fmt.Sscan(args[1], &off)
		t, err := a.Objects()
		if err != nil {
			return err
		}
		r, _, err := t.Find("give half", off, layout.PollSemaObject)
		if err != nil {
			return err
		}
		steps := map[string]func(*robust.Table, robust.Record) error{
			"W1": func(t *robust.Table, r robust.Record) error { t.Gives(r.Off); return nil },
			"W2": func(t *robust.Table, r robust.Record) error { t.Ring(r); return nil },
			"W3": func(t *robust.Table, r robust.Record) error { _, err := t.GiveUnits("v", r, 1); return err },
			"W4": func(t *robust.Table, r robust.Record) error { t.Ring(r); return nil },
		}
		for _, name := range []string{"W1", "W2", "W3", "W4"} {
			if err := steps[name](t, r); err != nil {
				return err
			}
			if name == args[2] {
				break
			}
		}
		fmt.Println("half way")
		time.Sleep(arenatest.Patience)
		return nil
	})
}

// A giver is killed at each step. If the unit was there by then, who is queued
// gets it; if not, it gets the next one. Nobody hangs.
func TestPollGiverKilled(t *testing.T) {
	for _, step := range []string{"W1", "W2", "W3", "W4"} {
		a := arenatest.New(t)
		p := newPoll(t, a, 0)
		other, err := sync.PollSemaAt(second(t, a), p.Offset())
		must(t, err)
		for _, q := range []*sync.PollSema{p, other} {
			if got, err := q.P(); got || err != nil {
				t.Fatal(got, err)
			}
		}
		cmd := arenatest.Command(t, "give half", a.Name(), fmt.Sprint(p.Offset()), step)
		out, err := cmd.StdoutPipe()
		must(t, err, cmd.Start())
		says := bufio.NewScanner(out)
		if says.Scan(); says.Text() != "half way" {
			t.Fatal(says.Text())
		}
		must(t, cmd.Process.Kill())
		cmd.Wait()
		start := time.Now()
		first, second := p, other // on a busy machine the other may be faster
		if step == "W3" || step == "W4" {
			select {
			case <-p.C():
			case <-other.C():
				first, second = other, p
			case <-time.After(time.Minute):
				t.Fatalf("killed after %s: nobody gets the unit", step)
			}
			t.Logf("killed after %s: unit after %v", step, time.Since(start))
		} else {
			select {
			case <-p.C():
				t.Errorf("killed after %s: a unit that nobody gave", step)
			case <-time.After(30 * time.Millisecond):
			}
			must(t, other.V())
			within(t, step, p.C())
		}
		must(t, first.V())
		within(t, step, second.C())
		must(t, second.V())
		if v, err := p.Value(); v != 1 || err != nil {
			t.Errorf("killed after %s: %d units, %v", step, v, err)
		}
	}
}

func within(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(time.Minute):
		t.Fatalf("%s: the unit never comes", what)
	}
}

// A semaphore is freed by one user while another is queued: it takes nothing of
// what is made in its place.
func TestPollFreedWhileQueued(t *testing.T) {
	a := arenatest.New(t)
	p := newPoll(t, a, 0)
	other, err := sync.PollSemaAt(second(t, a), p.Offset())
	must(t, err)
	if got, err := other.P(); got || err != nil {
		t.Fatal(got, err)
	}
	must(t, p.Free())
	again := newPoll(t, a, 1)
	if again.Offset() != p.Offset() {
		t.Fatal("another place, and this tests nothing")
	}
	queued, err := sync.PollSemaAt(second(t, a), again.Offset())
	must(t, err)
	for range 3 { // V wakes all that wait for anything
		if got, err := queued.P(); !got || err != nil {
			t.Fatalf("the unit is gone: %v, %v", got, err)
		}
		must(t, queued.V())
		time.Sleep(15 * time.Millisecond)
	}
	table, err := a.Objects()
	must(t, err)
	for slot := 1; slot <= 3; slot++ {
		table.RingBell(slot)
	}
	time.Sleep(15 * time.Millisecond)
	if v, err := again.Value(); v != 1 || err != nil {
		t.Errorf("%d units, %v", v, err)
	}
	_, err = other.P()
	want(t, "the old one", err, arena.ErrNotAllocated)
}
