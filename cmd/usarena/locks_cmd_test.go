package main_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/worker"
	"usarena/sync"
)

// tieEnv makes a process of the test one that holds a lock and then wants
// another: the arena's name and the offsets of both.
const tieEnv = "USARENA_TEST_TIE"

// tie is that process. It wants the second lock when a line comes in, and waits
// for its death.
func tie(args string) {
	var name string
	var has, wants uint64
	fail := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	if _, err := fmt.Sscan(args, &name, &has, &wants); err != nil {
		fail(err)
	}
	a, err := arena.Join(name)
	fail(err)
	l, err := sync.LockAt(a, has)
	fail(err)
	fail(l.Lock(context.Background()))
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err == nil {
		l, err := sync.LockAt(a, wants)
		fail(err)
		for range 3 {
			go l.Lock(context.Background())
		}
	}
	worker.Stay()
}

// tied is such a process.
type tied struct {
	*exec.Cmd
	in *os.File
}

func startTied(t *testing.T, name string, has, wants uint64) *tied {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %d", tieEnv, name, has, wants))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdin, c.Stderr = r, os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	r.Close()
	t.Cleanup(func() { w.Close(); c.Process.Kill(); c.Wait() })
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the process says %q", line)
	}
	return &tied{c, w}
}

// want has it want its second lock.
func (p *tied) want(t *testing.T) {
	t.Helper()
	if _, err := p.in.WriteString("\n"); err != nil {
		t.Fatal(err)
	}
}

// object is a line of usarena locks --json.
type object struct {
	Kind, State string
	Offset      uint64
	Owner       int
	Waiters     int
	Tries, Hits int
	Holder      *struct {
		Pid           int
		Dead, Stopped bool
	}
	Deadlock []struct {
		Slot, Pid int
		Offset    uint64
		Held_by   int
	}
}

func locks(t *testing.T, name string) (list []object) {
	t.Helper()
	for line := range strings.Lines(ok(t, "locks", "--json", name)) {
		var x object
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		list = append(list, x)
	}
	return list
}

// until asks usarena locks until it shows what is wanted.
func until(t *testing.T, name, what string, f func([]object) bool) []object {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		list := locks(t, name)
		if f(list) {
			return list
		}
		if time.Now().After(deadline) {
			t.Fatalf("never %s: %+v\n%s", what, list, ok(t, "locks", name))
		}
	}
}

// newLocks makes an arena with two metered locks, a semaphore and a barrier.
func newLocks(t *testing.T) (name string, a, b uint64) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "arena")
	ar, err := arena.Create(name, &config.Config{MaxSize: 64 << 20, LockType: config.Debug})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := ar.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	for _, off := range []*uint64{&a, &b} {
		l, err := sync.NewLock(ar)
		if err != nil {
			t.Fatal(err)
		}
		*off = l.Offset()
	}
	if _, err := sync.NewSema(ar, 3); err != nil {
		t.Fatal(err)
	}
	if _, err := sync.NewBarrier(ar); err != nil {
		t.Fatal(err)
	}
	return name, a, b
}

func TestLocksOfAnIdleArena(t *testing.T) {
	if out := ok(t, "locks", newArena(t)); !strings.Contains(out, "no locks") {
		t.Errorf("locks: %s", out)
	}
	if out := ok(t, "locks", "--json", newArena(t)); out != "" {
		t.Errorf("locks --json: %q", out)
	}
	name, a, _ := newLocks(t)
	list := locks(t, name)
	if len(list) != 4 || list[0].Kind != "lock" || list[0].Offset != a || list[0].Owner != 0 || list[0].State != "free" {
		t.Errorf("%+v", list)
	}
	line, _, _ := strings.Cut(ok(t, "locks", name, "--json"), "\n")
	var m map[string]any
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		t.Fatal(err)
	}
	for _, key := range strings.Fields("kind offset owner waiters tries hits spins") {
		if _, ok := m[key]; !ok {
			t.Errorf("no %s in %s", key, line)
		}
	}
	out := ok(t, "locks", name)
	for _, want := range []string{"KIND", "OFFSET", "STATE", "OWNER", "WAITERS", "TRIES", "HITS", "SPINS", fmt.Sprintf("%#x", a), "lock (metered)", "sema", "3 free", "barrier", "idle"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	out = ok(t, "info", name)
	for _, want := range []string{"OBJECT", "lock     2", "sema     1", "barrier  1"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if out := ok(t, "map", name); !strings.Contains(out, "◆") || !strings.Contains(out, "4 objects") {
		t.Errorf("map:\n%s", out)
	}
	ok(t, "check", name)
}

// Everything is stuck: two processes wait for each other, and one of them is
// stopped as well. The command still says what is going on.
func TestLocksWhenAllIsStuck(t *testing.T) {
	name, a, b := newLocks(t)
	one := startTied(t, name, a, b)
	two := startTied(t, name, b, a)
	list := until(t, name, "held", func(l []object) bool { return l[0].Owner != 0 && l[1].Owner != 0 })
	if list[0].Holder == nil || list[0].Holder.Pid != one.Process.Pid || list[0].State != "held" || list[0].Waiters != 0 || len(list) != 4 {
		t.Errorf("%+v, %+v", list[0], list[0].Holder)
	}
	one.want(t)
	two.want(t)
	list = until(t, name, "a deadlock", func(l []object) bool { return len(l) == 5 && l[0].Waiters == 3 && l[1].Waiters == 3 })
	d := list[4].Deadlock
	if len(d) != 2 || d[0].Pid != one.Process.Pid || d[0].Offset != b || d[1].Pid != two.Process.Pid || d[1].Offset != a || d[0].Held_by != d[1].Slot {
		t.Errorf("%+v", d)
	}
	if list[0].Tries < 4 || list[0].Hits != 1 {
		t.Errorf("%+v", list[0])
	}
	if err := two.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	until(t, name, "stopped", func(l []object) bool { return len(l) == 5 && l[1].Holder.Stopped && !l[0].Holder.Stopped })
	for _, want := range []string{
		fmt.Sprintf("user %d (pid %d)", d[0].Slot, one.Process.Pid), fmt.Sprintf("user %d (pid %d, stopped)", d[1].Slot, two.Process.Pid),
		fmt.Sprintf("3 of user %d", d[1].Slot), fmt.Sprintf("possible deadlock: user %d (pid %d) waits for lock %#x, which user %d holds;", d[0].Slot, one.Process.Pid, b, d[1].Slot),
	} {
		if out := ok(t, "locks", name); !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for _, want := range []string{"live, stopped", fmt.Sprintf("lock %#x  ", a), fmt.Sprintf("lock %#x (3 goroutines)", a), "possible deadlock: "} {
		if out := ok(t, "users", name); !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	var users []struct{ Holds, Waits_for []string }
	if err := json.Unmarshal([]byte(ok(t, "users", "--json", name)), &users); err != nil || len(users) != 2 {
		t.Fatalf("%+v, %v", users, err)
	}
	if u := users[0]; len(u.Holds) != 1 || u.Holds[0] != fmt.Sprintf("lock %#x", a) || len(u.Waits_for) != 1 || u.Waits_for[0] != fmt.Sprintf("lock %#x (3 goroutines)", b) {
		t.Errorf("%+v", u)
	}
	if out := ok(t, "info", name); !strings.Contains(out, "lock     2       2     6") {
		t.Errorf("info:\n%s", out)
	}
	ok(t, "check", name)

	two.Process.Kill()
	two.Wait()
	// The other one gets its lock, and its next goroutine waits for itself.
	until(t, name, "free of the dead", func(l []object) bool {
		return len(l) == 5 && len(l[4].Deadlock) == 1 && l[1].Owner == d[0].Slot && l[1].State == "held, to repair"
	})
	if out := ok(t, "locks", name); !strings.Contains(out, "which it holds itself (2 goroutines)") {
		t.Errorf("locks:\n%s", out)
	}
	one.Process.Kill()
	one.Wait()
	list = until(t, name, "dead", func(l []object) bool { return len(l) == 4 && l[0].State == "owner died" && l[1].State == "owner died" })
	if !list[0].Holder.Dead || list[0].Waiters != 0 {
		t.Errorf("%+v", list[0])
	}
	ok(t, "recover", name)
	if list := locks(t, name); list[0].Owner != 0 || list[0].State != "owner died" {
		t.Errorf("after recovery: %+v", list[0])
	}
	ok(t, "check", name)
}
