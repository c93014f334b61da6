package main_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"usarena/arena"
)

func TestCreateInfoUsersCheck(t *testing.T) {
	name := filepath.Join(t.TempDir(), "arena")
	// Flags stand before the command, before the name and after it.
	out := ok(t, "--json", "create", "--size", "1MiB", name, "--max", "8 MiB", "--users=3", "--mode", "0640")
	wantKeys(t, out, "name backing size committed max_size users_max users_live live_bytes free_bytes held_bytes kept_bytes orphan_bytes largest_free fragmentation classes objects")
	if st, err := os.Stat(name); err != nil || st.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v; want 0640", st.Mode(), err)
	}
	out = ok(t, "info", "--json", name)
	wantKeys(t, out, "name backing size committed max_size users_max users_live live_bytes free_bytes held_bytes kept_bytes orphan_bytes largest_free fragmentation classes objects")
	var s struct {
		Name           string
		Size, Max_size uint64
		Users_max      int
		Classes        []any
	}
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		t.Fatal(err)
	}
	if s.Name != name || s.Size != 1<<20 || s.Max_size != 8<<20 || s.Users_max != 3 || s.Classes == nil {
		t.Errorf("info: %+v", s)
	}
	if out := ok(t, "info", name); !strings.Contains(out, "may grow to 8.0 MiB") || !strings.Contains(out, "0 of 3") {
		t.Errorf("info: %s", out)
	}
	if out := ok(t, "users", name, "--json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("users: %q, want an empty list", out)
	}
	if out := ok(t, "check", name); !strings.Contains(out, "sound") {
		t.Errorf("check: %s", out)
	}
	if out := ok(t, "check", "--json", name); strings.TrimSpace(out) != `{"clean":true,"findings":[]}` {
		t.Errorf("check: %s", out)
	}
}

func TestUsersAndRecover(t *testing.T) {
	name := newArena(t)
	v := startVictim(t, name)
	type user struct {
		Slot, Pid int
		State     string
	}
	users := func() (list []user) {
		if err := json.Unmarshal([]byte(ok(t, "users", "--json", name)), &list); err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := users(); len(list) != 1 || list[0].Pid != v.Process.Pid || list[0].State != "live" || list[0].Slot < 1 {
		t.Errorf("users: %+v, want the living process %d", list, v.Process.Pid)
	}
	out := ok(t, "users", "--json", name)
	wantKeys(t, strings.Trim(strings.TrimSpace(out), "[]"), "slot state pid start since holds waits_for")
	if out := ok(t, "users", name); !strings.Contains(out, "live") {
		t.Errorf("users: %s", out)
	}
	v.Process.Kill()
	v.Wait()
	if list := users(); len(list) != 1 || list[0].State != "dead" {
		t.Errorf("users: %+v, want a dead one", list)
	}
	out = ok(t, "recover", "--json", name)
	wantKeys(t, out, "users spans large locks blocks bytes freed held units orphans orphan_bytes")
	var r struct{ Users, Orphans int }
	if err := json.Unmarshal([]byte(out), &r); err != nil || r.Users != 1 || r.Orphans != 2 {
		t.Errorf("recover: %s, want 1 user and 2 orphans", out)
	}
	if list := users(); len(list) != 0 {
		t.Errorf("users after recovery: %+v", list)
	}
	if out := ok(t, "recover", name); !strings.Contains(out, "nobody has died") || !strings.Contains(out, "2 blocks") {
		t.Errorf("recover: %s", out)
	}
	ok(t, "check", name)
}

func TestCheckFindsDamage(t *testing.T) {
	name := newArena(t)
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{0xff, 0xff, 0xff, 0xff}, 0x40); err != nil {
		t.Fatal(err)
	}
	out, errs, code := run(t, "check", "--json", name)
	if code != 1 || errs != "" {
		t.Fatalf("status %d, standard error %q; want 1", code, errs)
	}
	wantKeys(t, out, "clean findings")
	var r struct {
		Clean    bool
		Findings []struct {
			Kind, Detail string
			Offset       uint64
		}
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil || r.Clean || len(r.Findings) == 0 || r.Findings[0].Kind == "" || r.Findings[0].Detail == "" {
		t.Errorf("%s: %v", out, err)
	}
	if out, _, code := run(t, "check", name); code != 1 || !strings.Contains(out, r.Findings[0].Kind) {
		t.Errorf("status %d, %s", code, out)
	}
}

func TestMap(t *testing.T) {
	name := newArena(t)
	a, err := arena.Join(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []uint64{64, 200_000, 3000} {
		if _, err := a.Malloc(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if out := ok(t, "map", name); !strings.Contains(out, "1 large") || strings.Contains(out, "\x1b") {
		t.Errorf("no large block in the picture, or colours although this is no terminal:\n%s", out)
	}
	lines := strings.Split(strings.TrimSpace(ok(t, "map", name, "--json")), "\n")
	if len(lines) != 3 {
		t.Errorf("%d blocks, want 3: %v", len(lines), lines)
	}
	wantKeys(t, lines[0], "offset size kind class slot gen orphan")
	file := filepath.Join(t.TempDir(), "heap.svg")
	ok(t, "map", name, "-o", file)
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	marks := 0
	for d := xml.NewDecoder(f); ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "rect" {
			marks++
		}
	}
	if marks < 3 {
		t.Errorf("%d marks in the picture", marks)
	}
	if _, errs, code := run(t, "map", name, "-o", "/nowhere/heap.svg"); code != 2 || !strings.Contains(errs, "/nowhere/heap.svg") {
		t.Errorf("status %d, %s", code, errs)
	}
}

// Every error names the object, says what was found, and what to do; the status
// is 2 and standard output is empty, also with --json.
func TestErrors(t *testing.T) {
	name := newArena(t)
	file := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(file, []byte(strings.Repeat("no arena ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	absent := name + "-absent"
	for _, c := range []struct {
		args string
		want []string
	}{
		{"create " + name, []string{name, "exists", "usarena info"}},
		{"create memfd:", []string{"memfd:", "name a file"}},
		{"create " + absent + " --size 12x", []string{"12x", "64KiB"}},
		{"create " + absent + " --size 5KiB", []string{absent, "least"}},
		{"create " + absent + " --users 20000", []string{"20000", "10000"}},
		{"create " + absent + " --mode 999", []string{"999", "octal"}},
		{"create " + absent + " --mode 0", []string{"--mode 0000", "nobody"}},
		{"create " + absent + " --locktype x", []string{`"x"`, "debugplus"}},
		{"info " + absent, []string{absent, "no such file", "usarena create"}},
		{"info", []string{"one arena is needed", "--help"}},
		{"info " + name + " " + name, []string{"2 names"}},
		{"info " + file, []string{file, "not an arena"}},
		{"users " + absent, []string{absent, "usarena create"}},
		{"locks " + absent, []string{absent, "usarena create"}},
		{"locks " + file, []string{file, "not an arena"}},
		{"locks", []string{"one arena is needed", "--help"}},
		{"check " + absent, []string{absent, "usarena create"}},
		{"recover " + absent, []string{absent, "usarena create"}},
		{"recover " + file, []string{file, "not an arena"}},
		{"map " + absent, []string{absent, "usarena create"}},
		{"map --frob " + name, []string{"--frob", "usarena map --help"}},
		{"frobnicate", []string{"frobnicate", "usarena --help"}},
		{"replay", []string{"builtin:gcc"}},
		{"replay " + absent + ".rep", []string{absent, "builtin:gcc"}},
		{"replay builtin:none", []string{"none", "builtin:gcc"}},
		{"replay --procs 0 builtin:gcc", []string{"--procs 0"}},
		{"replay " + file, []string{file + ":1:", "not a valid trace"}},
		{"demo --procs 0", []string{"--procs 0", "1 to 64"}},
		{"demo --seconds -1", []string{"--seconds -1"}},
		{"demo somewhere", []string{"somewhere"}},
		{"bench --raw --json W1", []string{"--raw"}},
	} {
		for _, more := range [][]string{nil, {"--json"}} {
			args := append(strings.Fields(c.args), more...)
			out, errs, code := run(t, args...)
			if code != 2 || out != "" {
				t.Errorf("%v: status %d, standard output %q; want 2 and none", args, code, out)
			}
			for _, w := range c.want {
				if !strings.Contains(errs, w) {
					t.Errorf("%v: %q lacks %q", args, errs, w)
				}
			}
		}
	}
}

func TestHelpTeaches(t *testing.T) {
	if out := ok(t); !strings.Contains(out, "demo") {
		t.Errorf("usarena alone: %s", out)
	}
	for _, cmd := range []string{"create", "info", "users", "locks", "check", "recover", "map", "replay", "bench", "demo", "torture", "list", "clean", "maps",
		"shm open", "shm ls", "shm rm", "shm dump", "sysv get", "sysv at", "sysv stat", "sysv set", "sysv rm", "sysv lock", "sysv unlock", "sysv ls", "sysv limits", "sysv write", "sysv read"} {
		out := ok(t, append(strings.Fields(cmd), "--help")...)
		if !strings.Contains(out, "Examples:\n  usarena "+cmd) || len(out) < 250 {
			t.Errorf("%s --help has no example or says little:\n%s", cmd, out)
		}
	}
	if out := ok(t, "completion", "bash"); !strings.Contains(out, "usarena") {
		t.Error("completion bash writes nothing")
	}
}
