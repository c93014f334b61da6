package arena_test

import (
	"errors"
	"os"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/info"
)

// A walk whose file is cut off between two blocks ends with that error, wherever it
// had come to: what it tells of a span was read before it told the first block.
func TestWalkLosesPages(t *testing.T) {
	arenatest.NeedFile(t)
	cfg := config.Config{Size: 480 << 10, MaxSize: 480 << 10, NoAutoGrow: true, Users: 12}
	for what, walk := range map[string]func(*arena.Arena, func()) error{
		"blocks": func(a *arena.Arena, cut func()) error {
			return erring(func() error {
				for range a.Blocks() {
					cut()
				}
				return nil
			})
		},
		"orphans": func(a *arena.Arena, cut func()) error {
			return erring(func() error {
				for range a.Orphans() {
					cut()
				}
				return nil
			})
		},
		"by name": func(a *arena.Arena, cut func()) error {
			for _, err := range info.Walk(a.Name()) {
				if err != nil {
					return err
				}
				cut()
			}
			return nil
		},
	} {
		t.Run(what, func(t *testing.T) {
			name := arenatest.Name(t)
			a, err := arena.Create(name, &cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			dead := start(t, "hold", name)
			dead.line(t)
			dead.kill(t)
			told := 0
			err = walk(a, func() {
				if told++; told == 1 { // two of one span are the first
					if err := os.Truncate(arenatest.Path(name), 0); err != nil {
						t.Fatal(err)
					}
				}
			})
			if !errors.Is(err, arena.ErrTruncated) || told == 0 {
				t.Errorf("%d blocks told, then %v", told, err)
			}
		})
	}
}
