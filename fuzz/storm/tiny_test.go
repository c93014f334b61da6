package storm

import (
	"errors"
	"fmt"
	"testing"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
	"usarena/internal/worker"
)

const tinyUsers = 8

// tinyTurn is what a process does: allocate blocks of Least to Most bytes until
// the arena is full or it has Count, tell, and free them when told. Count below 0
// is the end.
type tinyTurn struct{ Least, Most, Count int }

// tinyGot is what it got.
type tinyGot struct {
	Blocks int
	Asked  uint64
	Full   bool
}

// TestTiny: eight processes share 64 KiB, and most of it is theirs.
func TestTiny(t *testing.T) {
	t.Logf("-storm.seed=%d", *seed)
	a := newArena(t, config.Config{Size: 64 << 10, NoAutoGrow: true, Users: tinyUsers})
	if err := a.Close(); err != nil { // the eight are all users that there can be
		t.Fatal(err)
	}
	var team tinyTeam
	for i := range tinyUsers {
		team = append(team, launch(t, "tiny", map[string]any{"Arena": a.Name(), "Stream": i, "Seed": *seed}))
	}
	for i := range 5 {
		if got := team.turn(t, a.Name(), fmt.Sprint("random sizes ", i), allOf(tinyTurn{16, 1024, 1 << 20})); got.Asked < 32<<10 || !got.Full {
			t.Errorf("random sizes: %+v, want 32 KiB asked for and got", got)
		}
		if got := team.turn(t, a.Name(), "blocks of 64", allOf(tinyTurn{64, 64, 1 << 20})); got.Asked < 40<<10 || !got.Full {
			t.Errorf("blocks of 64: %+v, want 40 KiB", got)
		}
		var one [tinyUsers]tinyTurn
		one[i] = tinyTurn{32 << 10, 32 << 10, 1}
		if got := team.turn(t, a.Name(), "one block", one); got.Asked != 32<<10 {
			t.Errorf("one block of 32 KiB: %+v", got)
		}
	}
	for _, m := range team {
		m.mustTell(t, tinyTurn{Count: -1})
		m.mustEnd(t)
	}
}

func allOf(work tinyTurn) (all [tinyUsers]tinyTurn) {
	for i := range all {
		all[i] = work
	}
	return all
}

type tinyTeam []*member

// turn lets all do their work at once, and looks before and after they free.
// Full in the result says that every one who was to fill the arena met its end.
func (team tinyTeam) turn(t *testing.T, name, what string, work [tinyUsers]tinyTurn) (sum tinyGot) {
	t.Helper()
	for i, m := range team {
		m.mustTell(t, work[i])
	}
	sum.Full = true
	for _, m := range team {
		var got tinyGot
		m.mustHear(t, &got)
		sum.Asked, sum.Blocks, sum.Full = sum.Asked+got.Asked, sum.Blocks+got.Blocks, sum.Full && got.Full
	}
	full := tinyLook(t, name, what)
	if full.UsersLive != tinyUsers || full.LiveBytes < sum.Asked {
		t.Errorf("%s: %d users, %d bytes live, %d asked for and got", what, full.UsersLive, full.LiveBytes, sum.Asked)
	}
	for _, m := range team {
		m.mustTell(t, true)
	}
	for _, m := range team {
		var freed bool
		m.mustHear(t, &freed)
	}
	if s := tinyLook(t, name, what+", freed"); s.LiveBytes != 0 {
		t.Errorf("%s: %d bytes are left", what, s.LiveBytes)
	}
	t.Logf("%s: %d blocks, %d bytes asked for, %d live of %d", what, sum.Blocks, sum.Asked, full.LiveBytes, full.LiveBytes+full.FreeBytes)
	return sum
}

func tinyLook(t *testing.T, name, when string) info.Stats {
	t.Helper()
	r, err := info.Check(name)
	if err != nil {
		t.Fatal(err)
	}
	complain(t, when, r)
	s, err := info.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func init() {
	role("tiny", func(w *worker.Side) error {
		w.Follow()
		var spec struct {
			Arena  string
			Stream int
			Seed   uint64
		}
		if err := w.Spec(&spec); err != nil {
			return err
		}
		a, err := arena.Join(spec.Arena)
		if err != nil {
			return err
		}
		*seed = spec.Seed
		own := newTray(a, choices(spec.Stream), sizes{}, 64<<10/16)
		for {
			var do tinyTurn
			if err := w.Hear(&do); err != nil {
				return err
			}
			if do.Count < 0 {
				return a.Close()
			}
			own.sizes, own.full = sizes{Least: do.Least, Most: do.Most}, false
			got := tinyGot{}
			for i := 0; i < min(do.Count, len(own.held)) && !own.full; i++ {
				if err := own.put(&own.held[i]); err != nil {
					return err
				}
				if !own.full {
					got.Blocks++
				}
			}
			got.Asked, got.Full = own.live, own.full
			var freeNow bool
			err := errors.Join(w.Tell(got), w.Hear(&freeNow), own.clear(), w.Tell(true))
			if err != nil {
				return err
			}
		}
	})
}
