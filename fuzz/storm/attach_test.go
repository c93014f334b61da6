package storm

import (
	"errors"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
	"usarena/internal/worker"
)

const (
	attachUsers   = 16
	visitorBlocks = 20 // that one has at a time
)

// visitorSpec is a process that joins and leaves again and again and then ends
// in one of several ways.
type visitorSpec struct {
	Arena string
	Seed  uint64
	Die   bool // by SIGKILL at a moment that nobody chooses; else it ends itself
}

// TestAttachDetach: processes join, allocate and leave, or die at it, beside
// others at work, and no slot is lost.
func TestAttachDetach(t *testing.T) {
	a := newArena(t, config.Config{Size: 64 << 20, NoAutoGrow: true, Users: attachUsers})
	c := newCrew(t, a, 2, 1, sizes{Most: 16 << 10, Large: 128 << 10, Every: 50})
	var visits, ends, deaths uint64
	var mu sync.Mutex
	var wg sync.WaitGroup
	end := time.Now().Add(time.Duration(*seconds) * time.Second)
	for i := range 3 {
		r := choices(100 + i)
		wg.Go(func() {
			for time.Now().Before(end) && !t.Failed() {
				n, die := visit(t, a.Name(), r)
				mu.Lock()
				visits += n
				if die {
					deaths++
				} else {
					ends++
				}
				mu.Unlock()
			}
		})
	}
	for time.Now().Before(end) {
		time.Sleep(50 * time.Millisecond)
		c.round()
	}
	wg.Wait()
	t.Logf("%d joins, %d processes ended, %d were killed", visits, ends, deaths)
	if visits == 0 || ends == 0 || deaths == 0 {
		t.Errorf("%d joins, %d processes ended, %d were killed: some never happened", visits, ends, deaths)
	}
	c.finish()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	allSlots(t, a.Name())
}

// visit starts one visitor and sees it end.
func visit(t *testing.T, name string, r *rand.Rand) (joins uint64, die bool) {
	spec := visitorSpec{name, r.Uint64(), r.IntN(2) == 0}
	p, err := start(t.Context(), "visitor", spec)
	if err != nil {
		t.Error(err)
		return 0, false
	}
	defer p.Kill()
	if spec.Die {
		time.Sleep(time.Duration(r.IntN(30000)) * time.Microsecond)
		return 0, true
	}
	if err := p.Hear(&joins); err != nil {
		t.Error(err)
		return 0, false
	}
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
	return joins, false
}

// allSlots looks whether nobody uses the arena and every slot can be taken.
func allSlots(t *testing.T, name string) {
	t.Helper()
	if s, err := info.Stat(name); err != nil || s.UsersLive != 0 {
		t.Errorf("%d users are left, %v", s.UsersLive, err)
	}
	if u, err := info.Users(name); err != nil || len(u) != 0 {
		t.Errorf("slots in use: %+v, %v", u, err)
	}
	for range attachUsers {
		a, err := arena.Join(name)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
	}
	if _, err := arena.Join(name); !errors.Is(err, arena.ErrTooManyUsers) {
		t.Errorf("one more user than slots: %v", err)
	}
}

func init() {
	role("visitor", func(w *worker.Side) error {
		w.Follow()
		var spec visitorSpec
		if err := w.Spec(&spec); err != nil {
			return err
		}
		r := rand.New(rand.NewPCG(spec.Seed, 3))
		most := uint64(1 + r.IntN(20))
		for joins := uint64(1); ; joins++ {
			a, err := arena.Join(spec.Arena)
			if err != nil {
				return err
			}
			own := newTray(a, r, sizes{Most: 8 << 10, Large: 100 << 10, Every: 20}, visitorBlocks)
			for range r.IntN(100) {
				if err := own.step(); err != nil {
					return err
				}
			}
			switch {
			case joins < most || spec.Die:
				err = errors.Join(own.clear(), a.Close())
			case r.IntN(2) == 0:
				// It ends in the middle of life, as a program that forgets to close.
				err = w.Tell(joins)
				if err == nil {
					os.Exit(0)
				}
			default:
				if err = errors.Join(own.clear(), a.Close()); err == nil {
					return w.Tell(joins)
				}
			}
			if err != nil {
				return err
			}
		}
	})
}
