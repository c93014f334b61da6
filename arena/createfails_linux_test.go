package arena_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
)

// A creation that cannot attach to what it made leaves no name behind, whichever
// way the file would have got its name.
func TestFailedCreateLeavesNothing(t *testing.T) {
	const addr = 0x5100_0000
	cfg := config.Config{AttachAddr: addr, MaxSize: 1 << 20}
	dir := t.TempDir()
	first := mustCreate(t, filepath.Join(dir, "first"), &cfg)
	defer first.Close()
	name := filepath.Join(dir, "second")
	for range 2 {
		for _, mk := range []func(string, *config.Config) (*arena.Arena, error){arena.Create, arena.Init} {
			if _, err := mk(name, &cfg); !errors.Is(err, syscall.EEXIST) {
				t.Errorf("two at one address: %v", err)
			}
		}
		if left, err := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
	mustCreate(t, name, &config.Config{MaxSize: 1 << 20}).Close()

	// Nor does it replace what is there.
	before, err := os.Stat(arenatest.Path(name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := arena.InitFresh(name, &cfg); !errors.Is(err, syscall.EEXIST) {
		t.Errorf("afresh at an address that is taken: %v", err)
	}
	if after, err := os.Stat(arenatest.Path(name)); err != nil || !os.SameFile(before, after) {
		t.Errorf("the arena was replaced all the same: %v", err)
	}
	mustJoin(t, name).Close()
}
