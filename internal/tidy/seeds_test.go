package tidy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each row of doc/SEEDS.md names something here, and tests that exist.
func TestSeedsHaveTests(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "doc/SEEDS.md"))
	if err != nil {
		t.Fatal(err)
	}
	dirs := map[string]string{"segment": "arena/segment", "cmd": "cmd/usarena", "us": "us", "arena": "arena", "storm": "fuzz/storm"}
	known := map[string]map[string]bool{}
	for name, dir := range dirs {
		known[name] = testsIn(t, dir)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.ReplaceAll(strings.Trim(strings.TrimSpace(line), "|"), "-k|-i", "-k or -i"), "|")
		if len(cells) != 4 || strings.Contains(line, "---") || strings.Contains(line, "| tests |") {
			continue
		}
		rows++
		for i, c := range cells {
			if strings.TrimSpace(c) == "" {
				t.Errorf("cell %d is empty: %s", i+1, line)
			}
		}
		for _, part := range strings.Split(cells[3], ";") {
			name, tests, ok := strings.Cut(strings.TrimSpace(part), ": ")
			if !ok || known[name] == nil {
				t.Errorf("%q names no package: %s", part, line)
				continue
			}
			for _, test := range strings.Split(tests, ", ") {
				if !known[name][test] {
					t.Errorf("%s has no %s: %s", dirs[name], test, line)
				}
			}
		}
	}
	if rows < 60 {
		t.Errorf("only %d rows", rows)
	}
}

var testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Example)\w*)\(`)

// testsIn are the names of the tests and examples of a package.
func testsIn(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v, %d files", dir, err, len(files))
	}
	names := map[string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range testFunc.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = true
		}
	}
	return names
}
