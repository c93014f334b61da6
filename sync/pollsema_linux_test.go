package sync_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
)

func newPoll(t *testing.T, a *arena.Arena, n int) *sync.PollSema {
	t.Helper()
	p, err := sync.NewPollSema(a, n)
	must(t, err)
	return p
}

// readable polls descriptors together and says which are readable.
func readable(t *testing.T, patience time.Duration, fds ...int) map[int]bool {
	t.Helper()
	list := make([]unix.PollFd, len(fds))
	for i, fd := range fds {
		list[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	}
	for {
		_, err := unix.Poll(list, int(patience.Milliseconds()))
		if err == unix.EINTR {
			continue
		}
		must(t, err)
		break
	}
	is := map[int]bool{}
	for _, p := range list {
		if p.Revents&unix.POLLIN != 0 {
			is[int(p.Fd)] = true
		}
	}
	return is
}

func TestPollSema(t *testing.T) {
	a := arenatest.New(t)
	p := newPoll(t, a, 1)
	giver, err := sync.PollSemaAt(second(t, a), p.Offset())
	must(t, err)
	fd, err := p.Open(0o600)
	must(t, err)
	if again, err := p.Open(0o600); err != nil || again != fd {
		t.Errorf("opened again: %d, %v; was %d", again, err, fd)
	}
	var pipe [2]int
	must(t, unix.Pipe2(pipe[:], unix.O_CLOEXEC))
	defer unix.Close(pipe[0])
	defer unix.Close(pipe[1])

	if got, err := p.P(); !got || err != nil {
		t.Fatalf("p of a free one: %v, %v", got, err)
	}
	if is := readable(t, 0, fd, pipe[0]); len(is) != 0 {
		t.Errorf("readable though nobody was queued: %v", is)
	}
	for range 3 {
		if got, err := p.P(); got || err != nil {
			t.Fatalf("p of a taken one: %v, %v", got, err)
		}
		_, err = p.P()
		want(t, "p while queued", err, sync.ErrQueued)
		want(t, "p while queued", err, syscall.ERANGE)
		unix.Write(pipe[1], []byte{1})
		if is := readable(t, 20*time.Millisecond, fd, pipe[0]); is[fd] || !is[pipe[0]] {
			t.Errorf("beside a pipe: %v", is)
		}
		must(t, giver.V())
		if is := readable(t, time.Minute, fd); !is[fd] {
			t.Fatal("the unit came, and the descriptor is not readable")
		}
		select {
		case <-p.C():
		default:
			t.Error("the channel says nothing")
		}
		if v, err := p.Value(); v != 0 || err != nil {
			t.Errorf("value %d, %v", v, err)
		}
	}
	must(t, p.V()) // gives back what came by the queue
	if is := readable(t, 0, fd); len(is) != 0 {
		t.Error("readable after V")
	}
	if got, err := p.P(); !got || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	want(t, "free while open", p.Free(), arena.ErrBusy)
	must(t, p.Close())
	want(t, "closed twice", p.Close(), syscall.EBADF)
	must(t, p.Free())
	_, err = p.P()
	want(t, "p of a freed one", err, arena.ErrNotAllocated)
}

// A timed wait, as programs do it: poll with a timeout, and poll again.
func TestPollAgain(t *testing.T) {
	a := arenatest.New(t)
	p := newPoll(t, a, 0)
	fd, err := p.Open(0o600)
	must(t, err)
	if got, err := p.P(); got || err != nil {
		t.Fatal(got, err)
	}
	for range 3 {
		if is := readable(t, 5*time.Millisecond, fd); len(is) != 0 {
			t.Fatal("readable for nothing")
		}
	}
	must(t, p.V())
	if is := readable(t, time.Minute, fd); !is[fd] {
		t.Error("not readable")
	}
	must(t, p.Close())
}

func init() {
	arenatest.Register("queue and stay", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		var off arena.Offset
		fmt.Sscan(args[1], &off)
		p, err := sync.PollSemaAt(a, off)
		if err != nil {
			return err
		}
		got, err := p.P()
		fmt.Println(got, err)
		time.Sleep(arenatest.Patience)
		return err
	})
}

// stopped waits until a process has stopped.
func stopped(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		must(t, err)
		if strings.Contains(string(text), ") T ") {
			return
		}
	}
	t.Fatal("the process does not stop")
}

// The unit goes to the first in the queue that lives, also past one that is
// stopped.
func TestPollQueue(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP} {
		a := arenatest.New(t)
		p := newPoll(t, a, 0)
		first := arenatest.Command(t, "queue and stay", a.Name(), fmt.Sprint(p.Offset()))
		out, err := first.StdoutPipe()
		must(t, err, first.Start())
		b := make([]byte, 5)
		_, err = out.Read(b)
		must(t, err)
		if got, err := p.P(); got || err != nil {
			t.Fatal(got, err)
		}
		must(t, first.Process.Signal(sig))
		if sig == syscall.SIGKILL {
			first.Wait()
		} else {
			stopped(t, first.Process.Pid)
		}
		giver, err := sync.PollSemaAt(second(t, a), p.Offset())
		must(t, err)
		start := time.Now()
		must(t, giver.V())
		select {
		case <-p.C():
			t.Logf("after %v: unit after %v", sig, time.Since(start))
		case <-time.After(time.Minute):
			t.Fatalf("after %v of the first in the queue nobody gets the unit", sig)
		}
	}
}

func TestPollMany(t *testing.T) {
	a := arenatest.New(t, nil)
	b := second(t, a)
	p := newPoll(t, a, 2)
	q, err := sync.PollSemaAt(b, p.Offset())
	must(t, err)
	done := make(chan error, 2)
	for _, s := range []*sync.PollSema{p, q} {
		go func() {
			for range 3000 {
				got, err := s.P()
				if err != nil {
					done <- err
					return
				}
				if !got {
					select {
					case <-s.C():
					case <-time.After(time.Minute):
						done <- errors.New("the unit never comes")
						return
					}
				}
				if err := s.V(); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	must(t, <-done, <-done)
	if v, err := p.Value(); v != 2 || err != nil {
		t.Errorf("%d units, %v", v, err)
	}
}
