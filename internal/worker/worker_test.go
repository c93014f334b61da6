package worker_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"usarena/internal/worker"
)

func init() {
	worker.Register("double", func(s *worker.Side) error {
		s.Follow()
		var n int
		if err := s.Spec(&n); err != nil {
			return err
		}
		for range 3 {
			if err := s.Tell(n); err != nil {
				return err
			}
			if err := s.Hear(&n); err != nil {
				return err
			}
			n *= 2
		}
		return s.Tell(n)
	})
	worker.Register("fail", func(*worker.Side) error { return errors.New("no such luck") })
	worker.Register("die", func(*worker.Side) error { os.Exit(9); return nil })
	worker.Register("wait", func(s *worker.Side) error { s.Follow(); worker.Stay(); return nil })
}

func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

func start(t *testing.T, kind string, spec any) *worker.Proc {
	t.Helper()
	p, err := worker.Start(t.Context(), kind, spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

func TestTalk(t *testing.T) {
	p := start(t, "double", 21)
	var n int
	for range 3 {
		if err := p.Hear(&n); err != nil {
			t.Fatal(err)
		}
		if err := p.Tell(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Hear(&n); err != nil || n != 168 {
		t.Errorf("heard %d, %v; want 168", n, err)
	}
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
}

func TestFailuresReachTheStarter(t *testing.T) {
	for kind, want := range map[string]string{"fail": "no such luck", "die": "exit status 9", "unheard": "unknown"} {
		if err := start(t, kind, nil).Hear(new(int)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", kind, err, want)
		}
	}
}

// TestWorkerFollowsItsStarter closes the input of a worker as the death of its
// starter would.
func TestWorkerFollowsItsStarter(t *testing.T) {
	p := start(t, "wait", nil)
	p.CloseInput()
	if err := p.Wait(); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("%v, want exit status 3", err)
	}
}

func init() {
	worker.Register("add", func(s *worker.Side) error {
		var n int
		if err := errors.Join(s.Spec(&n), s.Ready()); err != nil {
			return err
		}
		switch n {
		case -1:
			return errors.New("negative")
		case -2:
			worker.Stay() // ends only with the others
		}
		return s.Tell(n + 1)
	})
}

func TestTogether(t *testing.T) {
	got, err := worker.Together[int](t.Context(), "add", []int{1, 2, 3})
	if err != nil || len(got) != 3 || got[0] != 2 || got[1] != 3 || got[2] != 4 {
		t.Errorf("%v, %v; want 2 3 4", got, err)
	}
	if _, err := worker.Together[int](t.Context(), "add", []int{-2, -1, 3}); err == nil || !strings.Contains(err.Error(), "negative") {
		t.Errorf("%v, want the failure of the second", err)
	}
}
