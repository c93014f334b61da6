package arena_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"usarena/arena"
)

var leaves = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[uint8](), reflect.TypeFor[int16](), reflect.TypeFor[uint32](), reflect.TypeFor[int64](),
	reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](), reflect.TypeFor[atomic.Uint32](),
	reflect.TypeFor[atomic.Int64](), reflect.TypeFor[arena.Ptr[node]](), reflect.TypeFor[arena.Slice[node]](), reflect.TypeFor[arena.Cell[node]](),
	reflect.TypeFor[[3]uint8](), reflect.TypeFor[[2]uint64](), reflect.TypeFor[[0]*int](), reflect.TypeFor[struct{}](),
}

func anyType(depth int) *rapid.Generator[reflect.Type] {
	return rapid.Custom(func(t *rapid.T) reflect.Type {
		switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
		case depth > 0 && kind < 3:
			return structOf(rapid.SliceOfN(anyType(depth-1), 1, 5).Draw(t, "fields"))
		case depth > 0 && kind == 3:
			return reflect.ArrayOf(rapid.IntRange(1, 3).Draw(t, "length"), anyType(depth-1).Draw(t, "element"))
		}
		return rapid.SampledFrom(leaves).Draw(t, "leaf")
	})
}

func structOf(fields []reflect.Type) reflect.Type {
	var list []reflect.StructField
	for i, f := range fields {
		list = append(list, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: f})
	}
	return reflect.StructOf(list)
}

// What the rules compute for this build is what the compiler does; that both
// columns are right follows from running this test as a 386 program too.
func TestRulesAgreeWithCompiler(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		typ := structOf(rapid.SliceOfN(anyType(2), 1, 6).Draw(rt, "fields"))
		wide, narrow, where, _ := arena.Measure(typ)
		if where != "" {
			return // the next test's
		}
		got := wide
		if strconv.IntSize == 32 {
			got = narrow
		}
		if got != [2]uintptr{typ.Size(), uintptr(typ.Align())} {
			rt.Fatalf("%v: computed %v, the compiler has %d, %d", typ, got, typ.Size(), typ.Align())
		}
		if wide[0] != narrow[0] {
			rt.Fatalf("%v: sizes %v and %v", typ, wide, narrow)
		}
	})
}

var insert = regexp.MustCompile("insert the line `_ \\[([0-9]+)\\]byte` (before it|at its end)")

// Doing what the cures say, again and again, ends with a type that is fine.
func TestCuresCure(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fields := rapid.SliceOfN(anyType(0), 1, 6).Draw(rt, "fields")
		for range 20 {
			_, _, where, cure := arena.Measure(structOf(fields))
			if where == "" {
				return
			}
			field := len(fields)
			if rest, ok := strings.CutPrefix(where, "T.F"); ok {
				field, _ = strconv.Atoi(rest)
			}
			if m := insert.FindStringSubmatch(cure); m != nil {
				n, _ := strconv.Atoi(m[1])
				fields = append(fields[:field:field], append([]reflect.Type{reflect.ArrayOf(n, leaves[1])}, fields[field:]...)...)
			} else if cure == "move it to the front" {
				rest := append(fields[:field:field], fields[field+1:]...)
				fields = append([]reflect.Type{fields[field]}, rest...)
			} else {
				rt.Fatalf("%v: %s: %s", fields, where, cure)
			}
		}
		rt.Fatalf("no end of cures: %v", fields)
	})
}
