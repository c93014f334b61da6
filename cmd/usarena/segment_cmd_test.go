package main_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"usarena/arena/segment"
)

// objectName is a name that no other object has; it is removed at the end.
func objectName(t *testing.T) string {
	t.Helper()
	name := fmt.Sprintf("/usarena-cmd-%d-%d", os.Getpid(), rand.Uint32())
	t.Cleanup(func() { os.Remove(segment.ShmDir + name) })
	return name
}

// keyOf is a key that no segment has; the one that is made with it is removed.
func keyOf(t *testing.T) string {
	t.Helper()
	key := segment.Key(rand.Int32N(1<<30) + 1)
	if _, err := segment.Get(key, 0, 0); !errors.Is(err, os.ErrNotExist) {
		return keyOf(t)
	}
	t.Cleanup(func() {
		if s, err := segment.Get(key, 0, 0); err == nil {
			s.Remove()
		}
	})
	return fmt.Sprintf("%#x", uint32(key))
}

// like compares lines with a pattern in which 0x.. stands for any number.
func like(t *testing.T, got, want string) []string {
	t.Helper()
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), `0x\.\.`, `0x([0-9a-f]+)`)
	m := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(got)
	if m == nil {
		t.Fatalf("got:\n%swant:\n%s", got, want)
	}
	return m[1:]
}

// pidOf runs the program and gives its output and its process id.
func pidOf(t *testing.T, args ...string) (string, string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), binary, args...)
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return string(out), fmt.Sprintf("%x", c.Process.Pid)
}

// Each letter of the program that maps an object and looks at its first word.
func TestShmOpen(t *testing.T) {
	name := objectName(t)
	if _, errs, code := run(t, "shm", "open", name); code != 2 || !strings.Contains(errs, name) {
		t.Errorf("not there: %d %s", code, errs)
	}
	const first = "Attached at 0x.., first word = 0x..\nSet first word to 0x..\n"
	out, pid := pidOf(t, "shm", "open", "-c", "-x", "-p", "0604", "-s", "0x3000", name)
	if m := like(t, out, first); m[1] != "0" || m[2] != pid {
		t.Errorf("process %s: %s", pid, out)
	}
	st, err := os.Stat(segment.ShmDir + name)
	if err != nil || st.Size() != 0x3000 || st.Mode() != 0o604 {
		t.Errorf("%v, %v", st, err)
	}
	if _, _, code := run(t, "shm", "open", "-c", "-x", name); code != 2 {
		t.Error("-x takes an object that is there")
	}
	out, next := pidOf(t, "shm", "open", "-c", name)
	if m := like(t, out, first); m[1] != pid || m[2] != next {
		t.Errorf("%s after %s: %s", next, pid, out)
	}
	if m := like(t, ok(t, "shm", "open", "-r", "shm:"+name), "Attached at 0x.., first word = 0x..\n"); m[1] != next {
		t.Errorf("read-only: %v", m)
	}
	if st, _ := os.Stat(segment.ShmDir + name); st.Size() != 64<<10 { // the default, as -c does not shorten either
		t.Errorf("%d bytes", st.Size())
	}

	// One waits while another writes.
	waiter := exec.CommandContext(t.Context(), binary, "shm", "open", "-r", "-w", name)
	in, _ := waiter.StdinPipe()
	lines, _ := waiter.StdoutPipe()
	if err := waiter.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(lines)
	seen, _ := r.ReadString('\n')
	_, last := pidOf(t, "shm", "open", name)
	io.WriteString(in, "\n")
	rest, _ := io.ReadAll(r)
	if m := like(t, seen+string(rest), "Attached at 0x.., first word = 0x..\nWaiting for return key before unmapping...First word is now 0x..\n"); m[1] != next || m[2] != last {
		t.Errorf("%s, then %s: %v", next, last, m)
	}
	if err := waiter.Wait(); err != nil {
		t.Error(err)
	}

	if m := like(t, ok(t, "shm", "open", "-t", name), first); m[1] != "0" {
		t.Errorf("-t keeps the content: %v", m)
	}
	var v map[string]any
	if err := json.Unmarshal([]byte(ok(t, "shm", "open", "--json", name)), &v); err != nil || v["set"] == nil || v["address"] == nil {
		t.Errorf("%v %v", v, err)
	}
	path := filepath.Join(t.TempDir(), "seg") // a name with further slashes is the file
	like(t, ok(t, "shm", "open", "-c", path), first)
	if st, err := os.Stat(path); err != nil || st.Size() != 64<<10 || st.Mode() != 0o600 {
		t.Errorf("%v %v", st, err)
	}
	ok(t, "shm", "rm", path)
	if _, err := os.Stat(path); err == nil {
		t.Error("still there")
	}
}

func TestShmListDumpRemove(t *testing.T) {
	name := objectName(t)
	content := make([]byte, 5002)
	for i := range 100 {
		content[i] = byte(i)
	}
	content[5001] = 0xff
	if err := os.WriteFile(segment.ShmDir+name, content, 0o640); err != nil {
		t.Fatal(err)
	}
	if out := ok(t, "shm", "ls"); !regexp.MustCompile(regexp.QuoteMeta(name) + ` +4.9 KiB +0640 `).MatchString(out) {
		t.Errorf("%s", out)
	}
	want, err := exec.Command("od", "-X", segment.ShmDir+name).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := ok(t, "shm", "dump", name); got != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	ok(t, "shm", "rm", name)
	if out := ok(t, "shm", "ls"); strings.Contains(out, name) {
		t.Error("listed though it was removed")
	}
	if _, _, code := run(t, "shm", "rm", name); code != 2 {
		t.Error("removed twice")
	}
}

// Each letter of the programs on System V segments.
func TestSysVCommands(t *testing.T) {
	key := keyOf(t)
	if _, errs, code := run(t, "sysv", "get", "-k", key); code != 2 || !strings.Contains(errs, "no segment has this key") {
		t.Errorf("%d %s", code, errs)
	}
	out := ok(t, "sysv", "get", "-k", key, "-s", "12345", "-p", "0640", "-c", "-x")
	owner := fmt.Sprintf("owner uid/gid: %d/%d\ncreator uid/gid: %d/%d\n", os.Getuid(), os.Getgid(), os.Getuid(), os.Getgid())
	var id, hex int
	if n, err := fmt.Sscanf(out, "shmid = %d (0x%x)", &id, &hex); n != 2 || err != nil || id != hex || !strings.HasSuffix(out, owner) {
		t.Errorf("%s", out)
	}
	if _, errs, code := run(t, "sysv", "get", "-k", key, "-c", "-x"); code != 2 || !strings.Contains(errs, "exists") {
		t.Errorf("%d %s", code, errs)
	}
	if _, errs, code := run(t, "sysv", "get", "-k", key, "-s", "20000"); code != 2 || !strings.Contains(errs, "12345 bytes") {
		t.Errorf("%d %s", code, errs)
	}
	out, pid := pidOf(t, "sysv", "at", "-k", key)
	if m := like(t, out, "Attached at 0x.., first word = 0x..\nSet first word to 0x..\n"); m[1] != "0" || m[2] != pid {
		t.Errorf("%v", m)
	}
	free := "600000000000" // an address where nothing is
	if strconv.IntSize == 32 {
		free = "60000000"
	}
	if m := like(t, ok(t, "sysv", "at", "-i", fmt.Sprint(id), "-r", "-a", "0x"+free), "Attached at 0x.., first word = 0x..\n"); m[0] != free || m[1] != pid {
		t.Errorf("%v", m)
	}
	if out := ok(t, "sysv", "at", "-i", fmt.Sprint(id), "-r", "-w"); !strings.Contains(out, "Press return to detach...First word is now 0x"+pid) {
		t.Errorf("%s", out)
	}
	ok(t, "sysv", "set", "-k", key, "-p", "0600")
	ok(t, "sysv", "lock", "-k", key)
	var st segment.Stat
	if err := json.Unmarshal([]byte(ok(t, "sysv", "stat", "--json", "-k", key)), &st); err != nil || st.ID != id || st.Size != 12345 || st.Mode != 0o600 || !st.Locked {
		t.Errorf("%+v %v", st, err)
	}
	if out := ok(t, "sysv", "stat", "-k", key); !strings.Contains(out, "12345 bytes") || !strings.Contains(out, "0600 locked") {
		t.Errorf("%s", out)
	}
	ok(t, "sysv", "unlock", "-k", key)
	row := func() string {
		for line := range strings.Lines(ok(t, "sysv", "ls")) {
			if f := strings.Fields(line); f[1] == fmt.Sprint(id) {
				return strings.Join(f, " ")
			}
		}
		return ""
	}
	var n uint32
	fmt.Sscan(key, &n)
	if want := fmt.Sprintf("0x%08x %d %d 600 12345 0", n, id, os.Getuid()); row() != want {
		t.Errorf("%q, want %q", row(), want)
	}
	if out := ok(t, "sysv", "limits"); !strings.Contains(out, "SHMMIN, SHMMAX") || !strings.Contains(out, "SHMALL") || !strings.Contains(out, "SHMMNI") {
		t.Errorf("%s", out)
	}
	ok(t, "sysv", "rm", "-i", fmt.Sprint(id))
	if row() != "" {
		t.Error("listed though it was removed")
	}
	if out := ok(t, "sysv", "get", "-c", "-s", "1"); !strings.HasPrefix(out, "shmid = ") { // a private one
		t.Errorf("%s", out)
	} else {
		fmt.Sscanf(out, "shmid = %d", &id)
		ok(t, "sysv", "rm", "-i", fmt.Sprint(id))
	}
	if os.Getuid() == 0 {
		ok(t, "sysv", "get", "-k", key, "-c", "-s", "1")
		ok(t, "sysv", "set", "-k", key, "-u", "123", "-g", "456")
		if out := ok(t, "sysv", "get", "-k", key, "-s", "0"); !strings.Contains(out, "owner uid/gid: 123/456\ncreator uid/gid: 0/0") {
			t.Errorf("%s", out)
		}
	}
	for _, args := range [][]string{{"sysv", "stat"}, {"sysv", "rm", "-k", key, "-i", "1"}, {"sysv", "set", "-k", key}, {"sysv", "nothing"}, {"sysv", "get", "-k", "x"}, {"shm", "nothing"}, {"shm", "open", "-p", "9", "x"}} {
		if _, errs, code := run(t, args...); code != 2 || !strings.Contains(errs, "--help") {
			t.Errorf("%v: %d %s", args, code, errs)
		}
	}
}

// The tutorial's writer and reader, theirs in C and ours, in all pairs.
func TestTutorial(t *testing.T) {
	c := filepath.Join(t.TempDir(), "tutorial")
	out, err := exec.Command("gcc", "-O1", "-Wall", "-o", c, "testdata/tutorial.c").CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no C compiler")
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	program := map[string]func(do, key, ms string) *exec.Cmd{
		"C": func(do, key, ms string) *exec.Cmd { return exec.CommandContext(t.Context(), c, do, key, ms) },
		"Go": func(do, key, ms string) *exec.Cmd {
			return exec.CommandContext(t.Context(), binary, "sysv", do, "-k", key, "--pause", ms+"ms")
		},
	}
	for _, pair := range [][2]string{{"C", "C"}, {"C", "Go"}, {"Go", "C"}, {"Go", "Go"}} {
		t.Run(pair[0]+" writes, "+pair[1]+" reads", func(t *testing.T) {
			t.Parallel()
			key := keyOf(t)
			w := program[pair[0]]("write", key, "300")
			lines, err := w.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Start(); err != nil {
				t.Fatal(err)
			}
			said := bufio.NewReader(lines)
			wrote, _ := said.ReadString('\n')
			read, err := program[pair[1]]("read", key, "20").Output()
			if err != nil {
				t.Error(err)
			}
			rest, _ := io.ReadAll(said)
			if err := w.Wait(); err != nil {
				t.Error(err)
			}
			if want := strings.Repeat("Writing Process: Shared Memory Write: Wrote 1023 bytes\n", 5) + "Writing Process: Wrote 5 times\nWriting Process: Complete\n"; wrote+string(rest) != want {
				t.Errorf("the writer said\n%s", wrote+string(rest))
			}
			var want strings.Builder
			for _, letter := range "ABCDE" {
				fmt.Fprintf(&want, "segment contains : \n\"%s\"\nReading Process: Shared Memory: Read 1023 bytes\n", strings.Repeat(string(letter), 1023))
			}
			want.WriteString("Reading Process: Reading Done, Detaching Shared Memory\nReading Process: Complete\n")
			if got := once(string(read)); got != want.String() {
				t.Errorf("the reader said, each thing once,\n%s", got)
			}
		})
	}
}

// once leaves out what a reader said again.
func once(text string) string {
	parts := strings.SplitAfter(text, "bytes\n")
	return strings.Join(slices.Compact(parts), "")
}
