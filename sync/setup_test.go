package sync_test

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
)

// made is a first datum.
type made struct {
	Runs, Half atomic.Uint64
}

func init() {
	arenatest.Register("set up", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		p, err := sync.Setup(bg, a, func(m *made) error {
			m.Half.Store(1)
			if args[1] == "die" {
				os.Exit(0) // half way
			}
			time.Sleep(5 * time.Millisecond)
			m.Runs.Add(1)
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Print(p.Offset(), " ", p.In(a).Runs.Load())
		return a.Close()
	})
}

// Many processes set up at the same time: one does it, all get the same.
func TestSetup(t *testing.T) {
	a := arenatest.New(t)
	out := make(chan string, 8)
	for i := range 6 {
		how := "live"
		if i == 0 {
			how = "die"
			if text, err := arenatest.Command(t, "set up", a.Name(), how).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			continue
		}
		cmd := arenatest.Command(t, "set up", a.Name(), how)
		go func() {
			text, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, text)
			}
			out <- string(text)
		}()
	}
	first := <-out
	for range 4 {
		if next := <-out; next != first {
			t.Errorf("%q, and %q", first, next)
		}
	}
	p, err := sync.Setup(bg, a, func(*made) error { t.Error("run again"); return nil })
	if err != nil || p.In(a).Runs.Load() != 1 {
		t.Errorf("%v, %v", p, err)
	}
}

func TestSetupFails(t *testing.T) {
	a := arenatest.New(t)
	boom := errors.New("boom")
	_, err := sync.Setup(bg, a, func(*made) error { return boom })
	want(t, "f's error", err, boom)
	func() {
		defer func() { recover() }()
		sync.Setup(bg, a, func(*made) error { panic("x") })
	}()
	if live := a.Stats().LiveBytes; live != 0 {
		t.Errorf("%d bytes are live", live)
	}
	_, err = sync.Setup(bg, a, func(*struct{ P *int }) error { return nil })
	want(t, "a type with a pointer", err, arena.ErrNotShareable)
	p, err := sync.Setup(bg, a, func(m *made) error { m.Runs.Store(7); return nil })
	if err != nil || p.In(a).Runs.Load() != 7 {
		t.Error(err)
	}
}
