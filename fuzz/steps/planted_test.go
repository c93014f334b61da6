//go:build linux && amd64

package steps

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"usarena/internal/testbin"
)

// plant is a bug: a step of a protocol at another place. Steps are found by the
// marks that the models refer to.
type plant struct {
	name, file, ops string
	edit            func(t *testing.T, lines []string) []string
}

var plants = []plant{
	{"collect takes the returned bits off before the allocated ones", "alloc/span.go", "malloc, collect", swap("S12", "S14")},
	{"pages are committed before what is left of their run", "alloc/run.go", "large malloc$|new span", hoist("R21")},
	{"a block across regions is committed before its parts", "alloc/cross.go", "large malloc, across", hoist("R27")},
	{"a block that was returned keeps its user", "alloc/span.go", "malloc, collect$", drop("S36")},
	{"the free of a block that a cell led to is not announced", "alloc/intent.go", "FreeFrom, disowned", drop("F2")},
	{"a block is issued again while it is still being freed", "alloc/intent.go", "FreeFrom, disowned", drop("F6")},
	{"an undo semaphore is changed without intent", "internal/robust/undo.go", "^P$|^V$", drop("D2")},
}

// TestPlanted builds this test with one bug at a time. It must fail, or it could
// not find anything. The short form has the first bug only.
func TestPlanted(t *testing.T) {
	mayTrace(t)
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to build with")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plants {
		if !*plantAll && p.name != plants[0].name {
			break
		}
		t.Run(p.name, func(t *testing.T) {
			dir := t.TempDir()
			binary := p.build(t, root, dir)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, binary, "-test.run=^TestSteps$", "-steps.states=9", "-steps.kills=0", "-steps.op="+p.ops)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			switch {
			case err == nil:
				t.Errorf("was not found\n%s", out)
			case ctx.Err() != nil, !errors.As(err, &exit), !strings.Contains(string(out), "after instruction"):
				t.Errorf("%v\n%s", err, out)
			}
			for line := range strings.Lines(string(out)) {
				if strings.Contains(line, "after instruction") {
					t.Log(strings.TrimSpace(line))
					break
				}
			}
		})
	}
}

// build compiles this package's test with the bug in it.
func (p *plant) build(t *testing.T, root, dir string) string {
	t.Helper()
	binary, err := testbin.Planted(root, dir, "./fuzz/steps", p.file, func(text string) string {
		return strings.Join(p.edit(t, strings.SplitAfter(text, "\n")), "")
	})
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// find is the line with a mark.
func find(t *testing.T, lines []string, mark string) int {
	t.Helper()
	i := slices.IndexFunc(lines, func(l string) bool {
		_, marks, ok := strings.Cut(l, "// model: ")
		return ok && slices.Contains(strings.FieldsFunc(marks, func(r rune) bool { return strings.ContainsRune(" ,\n", r) }), mark)
	})
	if i < 0 {
		t.Fatalf("no line is marked %s: a plant must follow the code", mark)
	}
	return i
}

// swap exchanges two lines.
func swap(a, b string) func(*testing.T, []string) []string {
	return func(t *testing.T, lines []string) []string {
		i, j := find(t, lines, a), find(t, lines, b)
		lines[i], lines[j] = lines[j], lines[i]
		return lines
	}
}

// drop leaves a line out.
func drop(mark string) func(*testing.T, []string) []string {
	return func(t *testing.T, lines []string) []string {
		i := find(t, lines, mark)
		return slices.Delete(lines, i, i+1)
	}
}

// hoist does a line first thing in its function.
func hoist(mark string) func(*testing.T, []string) []string {
	return func(t *testing.T, lines []string) []string {
		i := find(t, lines, mark)
		line := lines[i]
		lines = slices.Delete(lines, i, i+1)
		for i--; !strings.HasPrefix(lines[i], "func "); i-- {
		}
		return slices.Insert(lines, i+1, line)
	}
}
