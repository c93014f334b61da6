package main_test

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// tortureLine is what the last line promises.
const tortureLine = "kills recoveries worst_stall_ms free held kept orphaned findings ok"

type tortureVerdict struct {
	Kills, Recoveries, Findings int
	Worst_stall_ms              float64
	Free, Held, Kept, Orphaned  uint64
	OK                          bool
}

func lastLine(t *testing.T, out string) (v tortureVerdict) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	last := lines[len(lines)-1]
	wantKeys(t, last, tortureLine)
	if err := json.Unmarshal([]byte(last), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTorture(t *testing.T) {
	out := ok(t, "torture", "--procs", "4", "--seconds", "0", "--kills", "100")
	v := lastLine(t, out)
	if !v.OK || v.Findings != 0 || v.Kills == 0 || v.Recoveries == 0 || v.Worst_stall_ms <= 0 || v.Free+v.Held+v.Kept+v.Orphaned == 0 {
		t.Errorf("%+v", v)
	}
	if !strings.Contains(out, "recoveries") || !strings.Contains(out, "OK: nothing was lost") {
		t.Errorf("torture: %s", out)
	}
}

// With --json there is one line, and nothing but it.
func TestTortureJSON(t *testing.T) {
	out := ok(t, "torture", "--json", "--kills", "60", "--seconds", "0")
	if strings.Count(out, "\n") != 1 {
		t.Errorf("torture --json: %q", out)
	}
	if v := lastLine(t, out); v.Kills < 60 || !v.OK {
		t.Errorf("%+v", v)
	}
}

// An interrupt ends a storm in order: an account, a verdict, nothing left over.
func TestTortureInterrupted(t *testing.T) {
	c := exec.CommandContext(t.Context(), binary, "torture", "--procs", "4", "--seconds", "600")
	pipe, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	out, in := "", bufio.NewReader(pipe)
	for begun := regexp.MustCompile("kills [1-9]"); !begun.MatchString(out); {
		line, err := in.ReadString('\n')
		if out += line; err != nil {
			t.Fatalf("%q, %v", out, err)
		}
	}
	c.Process.Signal(syscall.SIGINT)
	for {
		line, err := in.ReadString('\n')
		if out += line; err != nil {
			break
		}
	}
	if err := c.Wait(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if v := lastLine(t, out); v.Kills == 0 || !v.OK {
		t.Errorf("%+v", v)
	}
	if left := leftovers(t, c.Process.Pid); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestTortureRefuses(t *testing.T) {
	for _, args := range [][]string{{"--procs", "1"}, {"--procs", "65"}, {"--seconds", "0"}, {"--seconds", "-1"}, {"--kills", "-1"}, {"/dev/shm/mine"}} {
		if out, errs, code := run(t, append([]string{"torture"}, args...)...); code != 2 || out != "" || !strings.Contains(errs, "usarena torture --help") {
			t.Errorf("torture %v: status %d, %q, %q", args, code, out, errs)
		}
	}
}
