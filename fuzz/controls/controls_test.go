package controls

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"usarena/internal/scratch"
	"usarena/internal/testbin"
)

var times = flag.Int("controls.times", 1, "how often each test must fail")

// control is a bug and the test that must fail with it, saying something like
// says.
type control struct {
	name, file, pkg, run, says string
	change                     []string // old and new text, in pairs
}

var controls = []control{
	{
		name: "a wait without an end", file: "internal/futex/futex_unsafe_linux.go", pkg: "./fuzz/locks", run: "^TestSleepersOfTheDead$", says: "test timed out",
		change: []string{"uintptr(want), uintptr(unsafe.Pointer(&ts)), 0, 0)", "uintptr(want), uintptr(unsafe.Pointer(&ts))*0, 0, 0)"},
	},
	{
		name: "a free that returns the block before it looks", file: "alloc/block.go", pkg: "./alloc", run: "^TestRefusedFreeChangesNothing$", says: "became",
		change: []string{
			"	if !at.live() {\n", "	at.word.R |= at.bit\n	if !at.live() {\n",
		},
	},
	{
		name: "a dead owner's lock taken without its byte", file: "internal/robust/lock.go", pkg: "./alloc", run: "^TestTakeoverClaims$", says: "taken from who recovers",
		change: []string{"	if !ok {\n		return false\n	}\n	defer release()\n", "	if ok {\n		defer release()\n	}\n"},
	},
	{
		name: "recovery that marks no entry", file: "alloc/recover.go", pkg: "./arena", run: "^TestOrphans$", says: "orphans",
		change: []string{"	for e := t.Entry(i); ; {\n", "	for e := t.Entry(i); false; {\n"},
	},
}

func TestControls(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to build with")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range controls {
		t.Run(c.name, func(t *testing.T) {
			binary, err := testbin.Planted(root, t.TempDir(), c.pkg, c.file, func(text string) string {
				for i := 0; i < len(c.change); i += 2 {
					if !strings.Contains(text, c.change[i]) {
						t.Fatalf("%s has no %q: a control must follow the code", c.file, c.change[i])
					}
					text = strings.Replace(text, c.change[i], c.change[i+1], 1)
				}
				return text
			})
			if err != nil {
				t.Fatal(err)
			}
			for range *times {
				c.mustFail(t, root, binary)
			}
		})
	}
}

// mustFail runs the test with the bug in it.
func (c control) mustFail(t *testing.T, root, binary string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "-test.run="+c.run, "-test.timeout=10s")
	cmd.Dir = filepath.Join(root, c.pkg)
	out, err := cmd.CombinedOutput()
	// A test that ends by its watchdog leaves what it had.
	left, _ := filepath.Glob(fmt.Sprintf("%s*-%d-*", strings.TrimSuffix(scratch.Prefix(""), fmt.Sprintf("-%d-", os.Getpid())), cmd.Process.Pid))
	for _, name := range left {
		os.Remove(name)
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || ctx.Err() != nil || !strings.Contains(string(out), c.says) {
		t.Errorf("%v, want a failure that says %q\n%s", err, c.says, out)
	}
}
