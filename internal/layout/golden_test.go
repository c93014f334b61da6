package layout

import (
	"flag"
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"hash/crc32"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/layout.golden and the constant Fingerprint")

const (
	goldenFile      = "testdata/layout.golden"
	fingerprintFile = "fingerprint.go"
)

// records are all structs that stand in a file, in the order of its zones.
var records = []any{Header{}, User{}, Ledger{}, Lane{}, HeapLine{}, Region{}, BitWord{}, Tenants{}, Object{}, Gauge{}, Entry{}, Companion{}}

// notFormat are constants that describe this build, not the file.
var notFormat = []string{"Fingerprint", "skipChecksum", "kindsEnd", "flagsEnd", "objectKindsEnd", "optionsEnd", "watchEnd"}

// TestGolden holds every build to one list of all offsets, sizes, names, tags,
// bit fields, classes and constants. The same file passes on all machines.
func TestGolden(t *testing.T) {
	got := golden(t)
	sum := crc32.Checksum([]byte(got), castagnoli)
	if *update {
		rewrite(t, got, sum)
		return
	}
	want, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		a, b := strings.Split(string(want), "\n"), strings.Split(got, "\n")
		for i := range max(len(a), len(b)) {
			x, y := "", ""
			if i < len(a) {
				x = a[i]
			}
			if i < len(b) {
				y = b[i]
			}
			if x != y {
				t.Fatalf("line %d of %s\n was %s\n is  %s\nif the format is meant to change: go test ./internal/layout -run Golden -update", i+1, goldenFile, x, y)
			}
		}
	}
	if sum != Fingerprint {
		t.Errorf("Fingerprint is %#08x, the list gives %#08x", Fingerprint, sum)
	}
}

func rewrite(t *testing.T, text string, sum uint32) {
	t.Helper()
	if err := os.WriteFile(goldenFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(fingerprintFile)
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^const Fingerprint uint32 = .*$`)
	src = line.ReplaceAll(src, fmt.Appendf(nil, "const Fingerprint uint32 = %#08x", sum))
	if err := os.WriteFile(fingerprintFile, src, 0o644); err != nil {
		t.Fatal(err)
	}
}

func golden(t *testing.T) string {
	tags, consts := source(t)
	var b strings.Builder
	for _, r := range records {
		typ := reflect.TypeOf(r)
		fmt.Fprintf(&b, "record %s %d\n", typ.Name(), typ.Size())
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Type.Size() == 0 {
				continue
			}
			fmt.Fprintf(&b, "%#04x %3d %s %s\n", f.Offset, f.Type.Size(), f.Name, tags[typ.Name()+"."+f.Name])
		}
	}
	b.WriteString("state words: field, bits\n")
	for _, f := range stateFields {
		fmt.Fprintf(&b, "%s %d..%d\n", f.name, f.low, f.high)
	}
	b.WriteString("classes: block size, pages, blocks\n")
	for i, c := range ClassTable {
		fmt.Fprintf(&b, "%d %d %d %d\n", i, c.Size, c.Pages, c.Blocks)
	}
	b.WriteString("constants\n")
	for _, c := range consts {
		fmt.Fprintln(&b, c)
	}
	b.WriteString("plans: ceiling, users, geometry\n")
	for _, p := range []struct{ size, users uint64 }{{64 << 10, 8}, {2 << 20, 8}, {16 << 30, 8}, {1 << 30, 10000}, {MaxArena, 100}} {
		g, err := Plan(p.size, p.users)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%d %d %+v\n", p.size, p.users, g)
	}
	return b.String()
}

// source reads what reflection cannot see: the tag that each field's comment
// begins with, and the names and values of all constants.
func source(t *testing.T) (tags map[string]string, consts []string) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || name == "checksum_off.go" {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	tags = map[string]string{}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					for _, field := range s.Fields.List {
						for _, name := range field.Names {
							tags[spec.Name.Name+"."+name.Name] = tagOf(name.Name, field)
						}
					}
				}
			}
			return true
		})
	}
	// Types that are imported stay unknown; no constant of the format needs them.
	conf := types.Config{Error: func(error) {}, IgnoreFuncBodies: true, Importer: importer.Default()}
	pkg, _ := conf.Check("layout", fset, files, nil)
	for _, name := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(name).(*types.Const)
		if !ok || slices.Contains(notFormat, name) {
			continue
		}
		if c.Val().Kind() != constant.Int {
			t.Errorf("constant %s has the value %v", name, c.Val())
		}
		consts = append(consts, name+" "+c.Val().ExactString())
	}
	return tags, consts
}

func tagOf(name string, f *ast.Field) string {
	if strings.HasPrefix(name, "_pad") || strings.HasPrefix(name, "_reserved") {
		return "zero"
	}
	tag, _, _ := strings.Cut(strings.TrimSpace(f.Comment.Text()), ":")
	return tag
}

// stateFields names the bits of state words; TestStatePacking proves them.
var stateFields = []struct {
	name      string
	low, high int
	get       func(State) uint64
}{
	{"all.kind", 0, 2, func(s State) uint64 { return uint64(s.Kind()) }},
	{"Pending.Clean", 3, 3, func(s State) uint64 { return uint64(s & Clean >> 3) }},
	{"Span.Room", 3, 3, func(s State) uint64 { return uint64(s & Room >> 3) }},
	{"Span.Owned", 4, 4, func(s State) uint64 { return uint64(s & Owned >> 4) }},
	{"Large.Orphaned", 5, 5, func(s State) uint64 { return uint64(s & Orphaned >> 5) }},
	{"Span.Orphaned", 5, 5, func(s State) uint64 { return uint64(s & Orphaned >> 5) }},
	{"Free.length", 6, 33, State.Len},
	{"Pending.length", 6, 33, State.Len},
	{"Large.length", 6, 33, State.Len},
	{"Span.class", 6, 12, func(s State) uint64 { return uint64(s.Class()) }},
	{"Span.heap", 13, 22, func(s State) uint64 { return uint64(s.Heap()) }},
	{"Span.seq", 23, 32, func(s State) uint64 { return uint64(s.Seq()) }},
	{"Span.Tagged", 33, 33, func(s State) uint64 { return uint64(s & Tagged >> 33) }},
	{"Back.distance", 6, 33, State.Distance},
	{"Cont.distance", 6, 33, State.Distance},
	{"Cont.here", 34, 61, State.Here},
	{"Large.slot", 34, 47, func(s State) uint64 { return uint64(s.Slot()) }},
	{"Span.slot", 34, 47, func(s State) uint64 { return uint64(s.Slot()) }},
	{"Large.gen", 48, 63, func(s State) uint64 { return uint64(s.Gen()) }},
	{"Span.gen", 48, 63, func(s State) uint64 { return uint64(s.Gen()) }},
}
