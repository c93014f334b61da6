package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/info"
)

// spoil overwrites bytes of a file.
func spoil(t *testing.T, name string, at uint64, b ...byte) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(b, int64(at)); err != nil {
		t.Fatal(err)
	}
}

// blockIn puts a block with a word in it into an arena.
func blockIn(t *testing.T, name, text string) {
	t.Helper()
	a, err := arena.Join(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.Malloc(5000)
	if err != nil {
		t.Fatal(err)
	}
	copy(a.Bytes(p, 5000), text)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// spoilState finds a word of a span, and spoils it.
func spoilState(t *testing.T, name string) {
	t.Helper()
	report := func() info.Report {
		r, err := info.Check(name)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	g := info.Report{}
	if g = report(); !g.Clean {
		t.Fatalf("%+v", g)
	}
	// The word of page 0 follows the last region; a finding says where it is.
	for at := uint64(0x1000); at < 1<<20; at += 0x1000 {
		was := make([]byte, 8)
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		f.ReadAt(was, int64(at))
		f.Close()
		spoil(t, name, at, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
		if r := report(); !r.Clean && r.Findings[0].Kind == info.KindLost && r.Findings[0].Offset == at {
			return
		}
		spoil(t, name, at, was...)
	}
	t.Fatal("no state word was found")
}

func TestRepairCommand(t *testing.T) {
	name := newArena(t)
	if out := ok(t, "repair", name); !strings.Contains(out, "sound") {
		t.Errorf("a sound arena: %q", out)
	}
	keys := "sound copy users blocks bytes changed changes salvaged lost more"
	wantKeys(t, ok(t, "repair", "--json", name), keys)
	wantKeys(t, ok(t, "repair", "--json", "--yes", name), keys)

	// Something that is proven: a constant of the header, and reserved bytes.
	spoil(t, name, 0x44, 0xff)
	spoil(t, name, 0x218, 1)
	out := ok(t, "repair", name) // nobody to ask
	if !strings.Contains(out, "everything was saved") || !strings.Contains(out, name+".damaged-") {
		t.Errorf("%s", out)
	}
	ok(t, "check", name)

	// A word that is gone.
	blockIn(t, name, "left in the arena")
	spoilState(t, name)
	out, errs, code := run(t, "repair", "--yes", "--json", name)
	if code != 1 || errs != "" {
		t.Fatalf("status %d, %q, %q; want 1", code, out, errs)
	}
	wantKeys(t, out, keys)
	var r info.Repaired
	if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Salvaged) != 1 || r.Sound || r.Changed == 0 || len(r.Changes) == 0 {
		t.Fatalf("%s: %v", out, err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Salvaged[0]; !bytes.Contains(b[s.Offset:s.Offset+s.Pages<<12], []byte("left in the arena")) {
		t.Error("the salvaged pages lack what was in them")
	}
	ok(t, "check", name)
}

func TestRepairCommandRefuses(t *testing.T) {
	name := newArena(t)
	startVictim(t, name)
	if _, errs, code := run(t, "repair", "--yes", name); code != 2 || !strings.Contains(errs, "1 live user") {
		t.Errorf("in use: status %d, %q", code, errs)
	}
	none := filepath.Join(t.TempDir(), "none")
	if _, errs, code := run(t, "repair", "--yes", none); code != 2 || !strings.Contains(errs, none) {
		t.Errorf("no arena: status %d, %q", code, errs)
	}
	gone := newArena(t)
	spoil(t, gone, 0x28, bytes.Repeat([]byte{0x55}, 0x90)...)
	if _, errs, code := run(t, "repair", "--yes", gone); code != 2 || !strings.Contains(errs, "restore a copy") || strings.Contains(errs, "usarena check") {
		t.Errorf("no header: status %d, %q", code, errs)
	}
}

// TestRepairAsks answers the question at a terminal.
func TestRepairAsks(t *testing.T) {
	for answer, want := range map[string]int{"n\n": 2, "\n": 2, "yes\n": 0} {
		name := newArena(t)
		spoil(t, name, 0x218, 1)
		out, code := atTerminal(t, answer, "repair", name)
		if code != want || !strings.Contains(out, "[y/N]") {
			t.Errorf("%q: status %d, want %d: %s", answer, code, want, out)
		}
		if r, err := info.Check(name); err != nil || r.Clean != (want == 0) {
			t.Errorf("%q: %+v, %v", answer, r, err)
		}
	}
}

// atTerminal runs the program at a terminal where somebody types.
func atTerminal(t *testing.T, typed string, args ...string) (out string, code int) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	defer master.Close()
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	c := exec.CommandContext(t.Context(), binary, args...)
	c.Stdin, c.Stdout, c.Stderr = slave, slave, slave
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	if _, err := io.WriteString(master, typed); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(master)
	if err != nil && !errors.Is(err, syscall.EIO) { // what a terminal says when all have left
		t.Fatal(err)
	}
	c.Wait()
	return string(b), c.ProcessState.ExitCode()
}
