package main_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestReplay(t *testing.T) {
	const gcc, perl = "../../testdata/gcc.rep.gz", "../../testdata/perl.rep.gz"
	for _, args := range [][]string{
		{gcc, perl},
		{"--procs", "2", gcc, perl},
		{"--procs", "2", "--apart", gcc, perl},
		{"--threads", "3", gcc, perl},
		{"--procs", "2", "--threads", "2", "--bare", gcc, perl},
		{"--arena", "memfd:", "--procs", "2", gcc, perl},
	} {
		out := ok(t, append([]string{"replay", "--json"}, args...)...)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if len(lines) != 2 {
			t.Fatalf("%v: %d lines, want one a trace:\n%s", args, len(lines), out)
		}
		keys := "trace procs threads ops ns_per_op peak_live_bytes arena_bytes utilization verified"
		if slices.Contains(args, "--apart") {
			keys += " arenas"
		}
		wantKeys(t, lines[0], keys)
		var r struct {
			Trace           string
			Procs, Ops      int
			Peak_live_bytes uint64
			Arena_bytes     uint64
			Ns_per_op       float64
			Utilization     float64
			Verified        bool
		}
		if err := json.Unmarshal([]byte(lines[0]), &r); err != nil {
			t.Fatal(err)
		}
		if r.Trace != gcc || r.Ops != 40576*r.Procs || r.Peak_live_bytes != 2662345*uint64(r.Procs) || r.Ns_per_op <= 0 ||
			r.Verified == slices.Contains(args, "--bare") {
			t.Errorf("%v: %s", args, lines[0])
		}
		if r.Procs == 1 && args[0] == gcc && (r.Utilization <= 0.3 || r.Utilization > 1) {
			t.Errorf("%v: utilization %v", args, r.Utilization)
		}
	}
	if out := ok(t, "replay", "builtin:gcc"); !strings.Contains(out, "verified") {
		t.Errorf("replay: %s", out)
	}
}

// A named arena is made, used, and kept; joined, it gives the same answer.
func TestReplayInANamedArena(t *testing.T) {
	name := filepath.Join(t.TempDir(), "arena")
	for range 2 {
		ok(t, "replay", "--arena", name, "--procs", "2", "builtin:gcc")
		ok(t, "check", name)
	}
}

// An arena that is too small is a failure, not a wrong answer.
func TestReplayInTooSmallAnArena(t *testing.T) {
	name := filepath.Join(t.TempDir(), "arena")
	ok(t, "create", name, "--max", "1MiB")
	out, errs, code := run(t, "replay", "--json", "--arena", name, "builtin:gcc")
	if code != 2 || out != "" || !strings.Contains(errs, "too small") || !strings.Contains(errs, "--max") {
		t.Errorf("status %d, %q, %q; want 2 and the cure", code, out, errs)
	}
}

func TestBench(t *testing.T) {
	out := ok(t, "bench", "--raw", "W7")
	if f := strings.Fields(strings.Split(out, "\n")[0]); len(f) != 4 || f[0] != "W7" || f[1] != "usarena" || f[2] != "growth_us" {
		t.Errorf("bench --raw: %s", out)
	}
	out = ok(t, "bench", "--json", "w8")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		t.Fatalf("bench --json W8: %s", out)
	}
	wantKeys(t, lines[0], "workload metric value unit")
	if out, _, code := run(t, "bench", "--raw", "W99"); out != "" || code != 0 {
		t.Errorf("a workload that there is not: status %d, %q", code, out)
	}
}

func TestBenchW1HasItsEmptyLoop(t *testing.T) {
	out := ok(t, "bench", "W1", "--raw")
	for _, want := range []string{"W1 usarena pair_16_ns ", "W1 usarena pair_65536_ns ", "W1 usarena_null pair_64_ns ", "W1 go_new pair_64_ns "} {
		if !strings.Contains(out, want) {
			t.Errorf("no line %q in\n%s", want, out)
		}
	}
}

func TestDemo(t *testing.T) {
	out := ok(t, "demo", "--seconds", "2.5", "--procs", "2")
	for _, want := range []string{" s  ", " ops/s  arena ", "OK: nothing was lost"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("escape sequences although standard output is no terminal")
	}
	out = ok(t, "demo", "--seconds", "0.5", "--json")
	if strings.Count(out, "\n") != 1 {
		t.Errorf("more than one line of JSON: %s", out)
	}
	wantKeys(t, out, "procs seconds ops allocated freed foreign compared rounds locked waited peak_bytes left_bytes findings ok")
	if !strings.Contains(out, `"ok":true`) {
		t.Errorf("demo: %s", out)
	}
}

// An interrupt ends what runs, in order, and removes the arena. A process of
// the demo that is killed is noticed.
func TestInterruptLeavesNothing(t *testing.T) {
	for _, args := range [][]string{{"demo", "--seconds", "60"}, {"bench", "W3"}, {"replay", "--procs", "8", "builtin:perl", "builtin:perl", "builtin:perl", "builtin:perl", "builtin:perl"}} {
		c := exec.Command(binary, args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for i := 0; len(leftovers(t, c.Process.Pid)) == 0; i++ {
			if time.Sleep(2 * time.Millisecond); i > 5000 {
				c.Process.Kill()
				t.Fatalf("%v makes no arena", args)
			}
		}
		c.Process.Signal(syscall.SIGTERM)
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		select {
		case <-ended:
		case <-time.After(time.Minute):
			c.Process.Kill()
			t.Fatalf("%v does not end", args)
		}
		if left := leftovers(t, c.Process.Pid); len(left) > 0 {
			t.Errorf("%v leaves %v", args, left)
		}
		if code := c.ProcessState.ExitCode(); args[0] != "demo" && code != 2 && code != 0 {
			t.Errorf("%v: status %d", args, code)
		}
	}
}

// With --kill the demo kills, and nothing is lost.
func TestDemoKill(t *testing.T) {
	out := ok(t, "demo", "--seconds", "2", "--kill", "--json")
	var v struct {
		Kills, Orphans, Orphan_bytes uint64
		Findings                     []string
		OK                           bool
	}
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatal(err)
	}
	if !v.OK || len(v.Findings) > 0 || v.Kills == 0 || v.Orphans == 0 || v.Orphan_bytes == 0 {
		t.Errorf("demo --kill: %s", out)
	}
}

// A killed process of the demo is a loss in this demo: status 1.
func TestDemoNoticesADeath(t *testing.T) {
	c := exec.Command(binary, "demo", "--seconds", "3", "--procs", "2")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Process.Kill()
	r := bufio.NewReader(out)
	text := ""
	for !strings.Contains(text, "ops/s") {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		text += line
	}
	kids, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	killed := false
	for _, k := range kids {
		name, err := os.ReadFile("/proc/" + k.Name() + "/cmdline")
		stat, _ := os.ReadFile("/proc/" + k.Name() + "/stat")
		if err == nil && strings.HasPrefix(string(name), "usarena-demo-lists") && parentOf(string(stat)) == c.Process.Pid {
			var pid int
			if json.Unmarshal([]byte(k.Name()), &pid) == nil {
				killed = syscall.Kill(pid, syscall.SIGKILL) == nil
			}
			break
		}
	}
	if !killed {
		t.Fatal("no process of the demo was found")
	}
	for {
		line, err := r.ReadString('\n')
		text += line
		if err != nil {
			break
		}
	}
	if err := c.Wait(); c.ProcessState.ExitCode() != 1 || !strings.Contains(text, "LOST") || !strings.Contains(text, "killed") {
		t.Errorf("%v:\n%s", err, text)
	}
}

// parentOf is the fourth field of a stat line, the second after the name.
func parentOf(stat string) (ppid int) {
	if _, rest, ok := strings.Cut(stat, ") "); ok {
		if f := strings.Fields(rest); len(f) > 1 {
			json.Unmarshal([]byte(f[1]), &ppid)
		}
	}
	return ppid
}
