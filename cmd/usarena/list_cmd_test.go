package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/arena/segment"
	"usarena/internal/scratch"
)

// What a process has mapped, of each family, and where it is an arena.
func TestMaps(t *testing.T) {
	name := arenatest.Name(t)
	a, err := arena.Create(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	victim := startVictim(t, name)
	pid := fmt.Sprint(victim.Process.Pid)
	for pid, slot := range map[string]int{fmt.Sprint(os.Getpid()): 1, pid: 2} {
		if out := ok(t, "maps", pid); !strings.Contains(out, name+"  ") || !strings.Contains(out, fmt.Sprintf("arena, slot %d\n", slot)) {
			t.Errorf("process %s: %s", pid, out)
		}
	}
	object := objectName(t)
	s, err := segment.OpenPOSIX(object, os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err, s.Extend(8192))
	v, err := segment.Get(segment.Private, 8192, segment.Create|0o600)
	must(t, err)
	m, err := segment.NewMemfd("mine", 8192)
	must(t, err)
	path := filepath.Join(t.TempDir(), "file")
	f, err := segment.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err, f.Extend(8192))
	want := map[string]string{}
	for _, x := range []*segment.Segment{s, v, m, f} {
		b, err := x.Attach(0, segment.ReadOnly)
		must(t, err)
		want[x.Kind().String()] = fmt.Sprintf("%016x", segment.Address(b))
	}
	must(t, v.Remove())
	defer func() {
		for _, x := range []*segment.Segment{s, v, m, f} {
			x.Close()
		}
	}()
	out := ok(t, "maps", fmt.Sprint(os.Getpid()))
	for family, rest := range map[string]string{"posix": segment.ShmDir + object, "sysv": "key 0x00000000", "memfd": "memfd:mine", "file": path} {
		row := fmt.Sprintf("%s 8.0 KiB r--s %s %s ", want[family], family, rest)
		if !strings.Contains(strings.Join(strings.Fields(out), " "), row) {
			t.Errorf("%q is not in\n%s", row, out)
		}
	}
	if !strings.Contains(out, fmt.Sprintf("shmid %d", v.ID())) {
		t.Errorf("no shmid %d in\n%s", v.ID(), out)
	}
	var list []map[string]any
	if err := json.Unmarshal([]byte(ok(t, "maps", "--json", pid)), &list); err != nil || len(list) == 0 || list[0]["arena"] != true {
		t.Errorf("%v %v", list, err)
	}
	if _, errs, code := run(t, "maps", "999999999"); code != 2 || !strings.Contains(errs, "no such process") {
		t.Errorf("%d %s", code, errs)
	}
	if _, _, code := run(t, "maps", "x"); code != 2 {
		t.Error(code)
	}
}

// stateOf is what list says of an arena, "" if nothing.
func stateOf(t *testing.T, name string, dirs ...string) string {
	t.Helper()
	var list []struct{ Name, State string }
	if err := json.Unmarshal([]byte(ok(t, append([]string{"list", "--json"}, dirs...)...)), &list); err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if f.Name == name {
			return f.State
		}
	}
	return ""
}

// Arenas are live, idle or left over, and clean removes what nobody uses.
func TestListAndClean(t *testing.T) {
	dir := t.TempDir()
	name := func(base string) string { return filepath.Join(dir, base) }
	for _, base := range []string{"live", "idle", "left"} {
		a, err := arena.Create(name(base), nil)
		must(t, err, a.Close())
	}
	must(t, os.WriteFile(name("none"), []byte("no arena"), 0o600))
	startVictim(t, name("live"))
	dead := startVictim(t, name("left"))
	dead.Process.Kill()
	dead.Wait()
	for base, want := range map[string]string{"live": "live", "idle": "idle", "left": "left over", "none": ""} {
		if got := stateOf(t, name(base), dir); got != want {
			t.Errorf("%s is %q, want %q", base, got, want)
		}
	}
	if got := stateOf(t, name("live")); got != "live" {
		t.Errorf("an arena elsewhere that is in use is %q", got)
	}
	if out := ok(t, "list", dir); !strings.Contains(out, "left over") {
		t.Errorf("%s", out)
	}
	answer := func(lines string, args ...string) string {
		c := exec.CommandContext(t.Context(), binary, append([]string{"clean", dir}, args...)...)
		c.Stdin = strings.NewReader(lines)
		out, err := c.CombinedOutput()
		must(t, err)
		return string(out)
	}
	there := func(want ...string) {
		t.Helper()
		for _, base := range []string{"live", "idle", "left", "none"} {
			if _, err := os.Stat(name(base)); (err == nil) != slices.Contains(want, base) {
				t.Errorf("%s: %v, want %v to be there", base, err, want)
			}
		}
	}
	if out := answer(""); !strings.Contains(out, name("idle")) || !strings.Contains(out, name("left")) || strings.Contains(out, name("live")) || !strings.Contains(out, "nothing removed") {
		t.Errorf("%s", out)
	}
	there("live", "idle", "left", "none")
	if out := answer("y\n", "--left-over"); strings.Contains(out, name("idle")) || !strings.Contains(out, "removed "+name("left")) {
		t.Errorf("%s", out)
	}
	there("live", "idle", "none")
	answer("n\n")
	there("live", "idle", "none")
	if out := ok(t, "clean", "--json", "--yes", dir); out != fmt.Sprintf("{\"removed\":[%q]}\n", name("idle")) {
		t.Errorf("%s", out)
	}
	there("live", "none")
}

// Arenas in System V segments and in memfds are found, told by maps, and removed, also
// without their lock file.
func TestListOtherBackings(t *testing.T) {
	name := scratch.SysVName()
	t.Cleanup(func() { scratch.Unlink(name) })
	a, err := arena.Create(name, nil)
	must(t, err, a.Close())
	if got := stateOf(t, name); got != "idle" {
		t.Errorf("idle is %q", got)
	}
	b, forget, err := scratch.Anonymous(nil)
	must(t, err)
	defer forget()
	defer b.Close()
	victim := startVictim(t, name)
	if got := stateOf(t, name); got != "live" {
		t.Errorf("live is %q", got)
	}
	out := ok(t, "maps", fmt.Sprint(victim.Process.Pid))
	if !strings.Contains(out, "arena, slot 1") || !strings.Contains(out, "shmid ") {
		t.Errorf("%s", out)
	}
	if out := ok(t, "maps", fmt.Sprint(os.Getpid())); !strings.Contains(out, "memfd:usarena") || !strings.Contains(out, "arena, slot 1") {
		t.Errorf("%s", out)
	}
	if out := ok(t, "list"); !strings.Contains(out, fmt.Sprintf("/proc/%d/fd/", os.Getpid())) {
		t.Errorf("the anonymous one is not in\n%s", out)
	}
	if out := ok(t, "info", b.Name()); !strings.Contains(out, "1 of 8") {
		t.Errorf("%s", out)
	}
	must(t, os.Remove(scratch.Path(name)))
	if got := stateOf(t, name); got != "live" {
		t.Errorf("without its lock file and attached it is %q", got)
	}
	if err := arena.Remove(name); !errors.Is(err, arena.ErrBusy) {
		t.Errorf("remove of it: %v", err)
	}
	victim.Process.Kill()
	victim.Wait()
	if got := stateOf(t, name); got != "left over" {
		t.Errorf("without its lock file it is %q", got)
	}
	must(t, arena.Remove(name))
	if got := stateOf(t, name); got != "" {
		t.Errorf("removed and still %q", got)
	}
}

// A copy between backings, of an arena in use, by the command.
func TestCopyCommand(t *testing.T) {
	from, to := arenatest.Name(t), filepath.Join(t.TempDir(), "copy")
	a, err := arena.Create(from, nil)
	must(t, err)
	a.Malloc(1000)
	if out := ok(t, "copy", from, to+"1"); !strings.Contains(out, "; sound") { // this process stands meanwhile
		t.Errorf("%s", out)
	}
	must(t, a.Close())
	victim := startVictim(t, from)
	if out := ok(t, "copy", from, to); !strings.Contains(out, "1 user stood for ") {
		t.Errorf("%s", out)
	}
	victim.Process.Kill()
	victim.Wait()
	var got struct{ Size, Users, Findings int }
	if err := json.Unmarshal([]byte(ok(t, "copy", "--json", to, to+"2")), &got); err != nil || got.Size == 0 || got.Users != 0 || got.Findings != 0 {
		t.Errorf("%+v %v", got, err)
	}
	if _, errs, code := run(t, "copy", to, to+"2"); code != 2 || !strings.Contains(errs, "exists") {
		t.Errorf("%d %s", code, errs)
	}
	if _, _, code := run(t, "copy", to); code != 2 {
		t.Error(code)
	}
	if _, _, code := run(t, "copy", to, "memfd:"); code != 2 {
		t.Error(code)
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}
