package tidy

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// floors lists the packages from the bottom up. A package imports packages of
// lower floors only.
var floors = [][]string{
	{"internal/errs", "internal/fault", "internal/futex", "internal/invariants", "internal/picture", "internal/testbin", "internal/trace", "internal/worker", "internal/tidy", "testdata"},
	{"internal/layout", "internal/roles", "internal/halt", "config", "arena/segment"},
	{"internal/backing", "internal/liveness", "internal/region"},
	{"internal/robust"},
	{"alloc"},
	{"info"},
	{"internal/repair"},
	{"arena"},
	{"sync"},
	{"us"},
	{"internal/scratch"},
	{"arena/arenatest"},
	{"internal/replay"},
	{"internal/demo", "internal/torture", "bench", "bench/peers/compare"},
	{"cmd/usarena"},
	{"fuzz", "fuzz/controls", "fuzz/errors", "fuzz/image", "fuzz/linear", "fuzz/locks", "fuzz/model", "fuzz/ops", "fuzz/steps", "fuzz/storm", "fuzz/torture"},
}

// source is one Go file that is no test.
type source struct {
	dir, name string
	imports   []string
}

// isModule says that a directory is a module of its own.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func sources(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin" || isModule(p)) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		s := source{dir: path.Dir(filepath.ToSlash(rel)), name: d.Name()}
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, name)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("only %d files found", len(all))
	}
	return all
}

func TestImportsPointDownward(t *testing.T) {
	floor := map[string]int{}
	for i, names := range floors {
		for _, n := range names {
			floor[n] = i
		}
	}
	for _, s := range sources(t) {
		mine, ok := floor[s.dir]
		if !ok {
			t.Errorf("package %s has no floor: give it one", s.dir)
			continue
		}
		for _, i := range s.imports {
			if i == "C" {
				t.Errorf("%s/%s uses cgo", s.dir, s.name)
			}
			dep, ours := strings.CutPrefix(i, "usarena/")
			if !ours {
				continue
			}
			if below, ok := floor[dep]; !ok || below >= mine {
				t.Errorf("%s/%s imports %s, which is not below it", s.dir, s.name, dep)
			}
		}
	}
}

func TestUnsafeSaysSo(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if i == "unsafe" && !strings.Contains(s.name, "_unsafe") {
				t.Errorf("%s/%s imports unsafe, and its name does not say so", s.dir, s.name)
			}
		}
	}
}
