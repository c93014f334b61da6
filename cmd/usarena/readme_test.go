package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// block is the first code block of README.md with this opening line.
func block(t *testing.T, readme, opening string) string {
	t.Helper()
	_, rest, ok := strings.Cut(readme, "\n"+opening+"\n")
	text, _, closed := strings.Cut(rest, "\n```\n")
	if !ok || !closed {
		t.Fatalf("README.md has no block %q", opening)
	}
	return text + "\n"
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The lines that README gives for go.mod, and the program that it shows, make a
// module beside the clone that builds and runs with nothing but what the clone
// needs itself.
func TestReadmeProgramInAModuleOfItsOwn(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	readme := readFile(t, filepath.Join(root, "README.md"))
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine")
	if err := os.Mkdir(mine, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(root, filepath.Join(dir, "usarena")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"go.mod":  "module mine\n\ngo 1.26.0\n\n" + block(t, readme, "```go.mod"),
		"main.go": block(t, readme, "```go"),
		"go.sum":  readFile(t, filepath.Join(root, "go.sum")),
	} {
		if err := os.WriteFile(filepath.Join(mine, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(mine, "program")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = mine
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod -buildvcs=false", "GOPROXY=off", "GOWORK=off", "GOARCH="+runtime.GOARCH)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	name := filepath.Join(dir, "counter")
	for _, want := range []string{"runs so far: 1 <nil>\n", "runs so far: 2 <nil>\n"} {
		out, err := exec.Command(program, name).CombinedOutput()
		if err != nil || string(out) != want {
			t.Errorf("%q, %v; README promises %q", out, err, want)
		}
		if !strings.Contains(readme, "    "+want) {
			t.Errorf("README does not show %q", want)
		}
	}
}

// The code that README shows is the code of arena's example, which is tested.
func TestReadmeShowsTheExample(t *testing.T) {
	const from, to = "// Counter lives in the arena", "\n}\n\n"
	cut := func(text string) string {
		i := strings.Index(text, from)
		j := strings.Index(text, "func count(")
		if i < 0 || j < 0 {
			return ""
		}
		k := strings.Index(text[j:], to)
		return text[i : j+k]
	}
	example := cut(readFile(t, "../../arena/example_two_process_test.go"))
	if shown := cut(readFile(t, "../../README.md")); example == "" || shown != example {
		t.Errorf("README shows\n%s\nthe example is\n%s", shown, example)
	}
}

func TestReadmeLinksAndTargetsExist(t *testing.T) {
	readme, makefile := readFile(t, "../../README.md"), readFile(t, "../../Makefile")
	prose := regexp.MustCompile("(?s)\n```.*?\n```\n").ReplaceAllString(readme, "\n")
	for _, m := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(prose, -1) {
		if _, err := os.Stat(filepath.Join("../..", m[1])); err != nil {
			t.Errorf("README links to %s: %v", m[1], err)
		}
	}
	for _, m := range regexp.MustCompile("(?m)(?:^    |`)make ([a-z0-9]+)").FindAllStringSubmatch(readme, -1) {
		if !strings.Contains(makefile, "\n"+m[1]+":") {
			t.Errorf("README speaks of make %s, the Makefile lacks it", m[1])
		}
	}
	if n := strings.Count(readme, "\n"); n > 150 {
		t.Errorf("README has %d lines, at most 150 are read", n)
	}
}
