package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Copies of an arena whose users join, die and take over each other all the time are
// sound, each of them.
func TestCopyUnderTorture(t *testing.T) {
	storm := exec.CommandContext(t.Context(), binary, "torture", "--seconds", "4", "--procs", "6")
	must(t, storm.Start())
	over := make(chan error, 1)
	go func() { over <- storm.Wait() }()
	mine := fmt.Sprintf("/dev/shm/usarena-torture-%d-*", storm.Process.Pid)
	to := filepath.Join(t.TempDir(), "copy")
	live := 0
	for {
		select {
		case err := <-over:
			if err != nil {
				t.Errorf("the storm: %v", err)
			}
			if live == 0 {
				t.Error("nothing was copied while it was used")
			}
			t.Logf("%d copies of what was in use", live)
			return
		default:
		}
		names, err := filepath.Glob(mine)
		must(t, err)
		if len(names) == 0 {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		out, errs, code := run(t, "copy", names[0], to)
		switch {
		case code == 0 && strings.Contains(out, "; sound"):
			if strings.Contains(out, " stood ") {
				live++
			}
			must(t, os.Remove(to))
		case code == 2: // it was removed meanwhile
			if _, err := os.Stat(names[0]); err == nil && !strings.Contains(errs, "busy") {
				t.Errorf("%s", errs)
			}
		default:
			t.Fatalf("%d %s%s", code, out, errs)
		}
	}
}
