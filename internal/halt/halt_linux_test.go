package halt

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// A helper is this test binary again: threads that write a dot now and then, others
// that come and go, and a letter for each signal.
const helperEnv = "USARENA_HALT_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperEnv) == "" {
		os.Exit(m.Run())
	}
	time.AfterFunc(2*time.Minute, func() { os.Exit(3) })
	heard := make(chan os.Signal, 100)
	signal.Notify(heard, unix.SIGUSR1)
	fmt.Print("!")
	for range 3 {
		go func() {
			runtime.LockOSThread()
			for {
				fmt.Print(".")
				time.Sleep(time.Millisecond)
			}
		}()
	}
	go func() {
		for {
			done := make(chan bool)
			go func() { runtime.LockOSThread(); close(done) }() // the thread ends with it
			<-done
		}
	}()
	for range heard {
		fmt.Print("S")
	}
}

type helper struct {
	*exec.Cmd
	mu      sync.Mutex
	dots    int
	letters int
}

func start(t *testing.T) *helper {
	t.Helper()
	h := &helper{Cmd: exec.Command(os.Args[0])}
	h.Env = append(os.Environ(), helperEnv+"=1")
	out, err := h.StdoutPipe()
	if err == nil {
		err = h.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Process.Kill(); h.Wait() })
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := out.Read(b)
			if err != nil {
				return
			}
			h.mu.Lock()
			for _, c := range b[:n] {
				if c == 'S' {
					h.letters++
				} else {
					h.dots++
				}
			}
			h.mu.Unlock()
		}
	}()
	return h
}

func (h *helper) count() (dots, letters int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.dots, h.letters
}

// moves waits until the helper has written something.
func (h *helper) moves(t *testing.T) {
	t.Helper()
	before, _ := h.count()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if now, _ := h.count(); now > before {
			return
		}
		if time.Now().After(end) {
			t.Fatal("it does not go on")
		}
	}
}

// stands says that the helper writes nothing, once what it had written is read.
func (h *helper) stands(t *testing.T) {
	t.Helper()
	time.Sleep(5 * time.Millisecond)
	before, _ := h.count()
	time.Sleep(30 * time.Millisecond)
	if now, _ := h.count(); now != before {
		t.Errorf("it wrote %d dots while it stood", now-before)
	}
}

func (h *helper) process(t *testing.T) Process {
	t.Helper()
	s, err := statOf(h.Process.Pid, h.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	return Process{h.Process.Pid, s.start}
}

func TestStop(t *testing.T) {
	a, b := start(t), start(t)
	for range 20 {
		h := New(false)
		for _, x := range []*helper{a, b, a} { // once more does nothing
			if err := h.Stop(x.process(t)); err != nil {
				t.Fatal(err)
			}
		}
		a.stands(t)
		b.stands(t)
		if err := h.Resume(); err != nil {
			t.Fatal(err)
		}
		a.moves(t)
		b.moves(t)
	}
}

// A signal that comes while a process stands, or is being stopped, is not lost.
func TestSignals(t *testing.T) {
	x := start(t)
	for i := range 200 {
		_, before := x.count()
		go func() {
			time.Sleep(time.Duration(i%20) * 50 * time.Microsecond)
			unix.Kill(x.Process.Pid, unix.SIGUSR1)
		}()
		h := New(false)
		t.Cleanup(func() { h.Resume() })
		if err := h.Stop(x.process(t)); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			time.Sleep(2 * time.Millisecond)
		}
		if err := h.Resume(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Microsecond) {
			if _, now := x.count(); now > before {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("signal %d is lost", i)
			}
		}
	}
}

// A process that somebody else traces cannot be held.
func TestTracedByAnother(t *testing.T) {
	x := start(t)
	tracer := New(false)
	if err := tracer.Stop(x.process(t)); err != nil {
		t.Fatal(err)
	}
	h := New(false)
	if err := h.Stop(x.process(t)); !errors.Is(err, errs.Busy) {
		t.Errorf("traced by another: %v", err)
	}
	if err := errors.Join(h.Resume(), tracer.Resume()); err != nil {
		t.Error(err)
	}
	x.moves(t)
}

func TestRefusals(t *testing.T) {
	h := New(true)
	defer h.Resume()
	x := start(t)
	for what, p := range map[string]Process{
		"this process":    {os.Getpid(), 0},
		"nobody":          {1 << 22, 0},
		"another":         {x.Process.Pid, x.process(t).Start + 1},
		"not a number":    {-1, 0},
		"nobody, as said": {0, 0},
	} {
		if err := h.Stop(p); !errors.Is(err, errs.Busy) {
			t.Errorf("%s: %v", what, err)
		}
	}
	x.moves(t)
}

// What is killed while it stands is gone, and Resume says nothing of it.
func TestKilledMeanwhile(t *testing.T) {
	x, y := start(t), start(t)
	h := New(false)
	if err := errors.Join(h.Stop(x.process(t)), h.Stop(y.process(t))); err != nil {
		t.Fatal(err)
	}
	x.Process.Kill()
	if err := h.Resume(); err != nil {
		t.Error(err)
	}
	y.moves(t)
	if err := h.Resume(); err != nil { // once more does nothing
		t.Error(err)
	}
}
