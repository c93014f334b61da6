package arena

import (
	"fmt"
	"reflect"
	"sync/atomic"
)

// extent is the size and alignment of a type in 64-bit and in 32-bit builds.
type extent struct{ size, align uintptr }

// atomics are the types of sync/atomic that other processes can use. The 64-bit
// ones are aligned in 32-bit builds too; all others follow the general rule.
var atomics = map[reflect.Type]extent{
	reflect.TypeFor[atomic.Int32]():  {4, 4},
	reflect.TypeFor[atomic.Uint32](): {4, 4},
	reflect.TypeFor[atomic.Bool]():   {4, 4},
	reflect.TypeFor[atomic.Int64]():  {8, 8},
	reflect.TypeFor[atomic.Uint64](): {8, 8},
}

// measure computes both layouts of t, or objects. where names t for people.
func measure(t reflect.Type, where string) (wide, narrow extent, bad *objection) {
	if e, ok := atomics[t]; ok {
		return e, e, nil
	}
	object := func(why, cure string) (extent, extent, *objection) {
		return extent{}, extent{}, &objection{where, why, cure}
	}
	switch k := t.Kind(); k {
	case reflect.Bool, reflect.Int8, reflect.Uint8, reflect.Int16, reflect.Uint16, reflect.Int32, reflect.Uint32, reflect.Float32:
		e := extent{t.Size(), t.Size()}
		return e, e, nil
	case reflect.Int64, reflect.Uint64, reflect.Float64:
		return extent{8, 8}, extent{8, 4}, nil
	case reflect.Complex64:
		return extent{8, 4}, extent{8, 4}, nil
	case reflect.Complex128:
		return extent{16, 8}, extent{16, 4}, nil
	case reflect.Int, reflect.Uint:
		return object(fmt.Sprintf("is %s, 4 bytes long in 32-bit builds and 8 in 64-bit ones", k), fmt.Sprintf("use %s32 or %s64", k, k))
	case reflect.Uintptr:
		return object("is uintptr: addresses and their width belong to one process", "use arena.Offset")
	case reflect.Pointer, reflect.UnsafePointer:
		return object(fmt.Sprintf("is %s, an address of this process only", t), "use arena.Ptr or arena.Offset")
	case reflect.String:
		return object("is a string, whose bytes belong to this process", "use arena.Slice[byte] or an array of bytes")
	case reflect.Slice:
		return object(fmt.Sprintf("is %s, whose elements belong to this process", t), fmt.Sprintf("use arena.Slice[%s]", t.Elem()))
	case reflect.Array:
		return measureArray(t, where)
	case reflect.Struct:
		return measureStruct(t, where)
	default: // Chan, Func, Interface, Map
		return object(fmt.Sprintf("is %s, which exists in this process only", t), "keep it outside the arena, and an index or offset inside")
	}
}

func measureArray(t reflect.Type, where string) (wide, narrow extent, bad *objection) {
	if t.Len() == 0 {
		return measureNothing(t, where)
	}
	wide, narrow, bad = measure(t.Elem(), where+"[]")
	n := uintptr(t.Len())
	wide.size, narrow.size = wide.size*n, narrow.size*n
	return wide, narrow, bad
}

// measureNothing is for arrays without elements. They store nothing, whatever
// their type, but align what follows; they are how types are marked as
// different, or as not to be compared.
func measureNothing(t reflect.Type, where string) (wide, narrow extent, bad *objection) {
	switch t.Elem().Kind() {
	case reflect.Array, reflect.Struct:
		wide, narrow, bad = measure(t.Elem(), where+"[]")
	default:
		if wide, narrow, bad = measure(t.Elem(), where); bad != nil {
			wide.align, narrow.align, bad = 8, 4, nil // words of the process
		}
	}
	wide.size, narrow.size = 0, 0
	return wide, narrow, bad
}

// processPrivate lists the standard packages whose structs may look harmless and
// are not, with the reason.
var processPrivate = map[string]string{
	"sync":          "works between goroutines of one process only",
	"internal/sync": "works between goroutines of one process only",
	"sync/atomic":   "holds an address of this process",
}

func measureStruct(t reflect.Type, where string) (wide, narrow extent, bad *objection) {
	if why, ok := processPrivate[t.PkgPath()]; ok {
		cure := "use a Ref type of package usarena/sync"
		if t.PkgPath() == "sync/atomic" {
			cure = "use atomic.Uint64, or arena.Cell for what leads to a block"
		}
		return wide, narrow, &objection{where, fmt.Sprintf("is %s, which %s", t, why), cure}
	}
	wide.align, narrow.align = 1, 1
	for i := range t.NumField() {
		f := t.Field(i)
		name := where + "." + f.Name
		w, n, bad := measure(f.Type, name)
		if bad != nil {
			return wide, narrow, bad
		}
		wide.place(w)
		narrow.place(n)
		if at64, at32 := wide.size-w.size, narrow.size-n.size; at64 != at32 {
			cure := fmt.Sprintf("insert the line `_ [%d]byte` before it", at64-at32)
			if w.size == 0 {
				cure = "move it to the front"
			}
			return wide, narrow, &objection{name, fmt.Sprintf("begins at byte %d in 64-bit builds and at %d in 32-bit ones", at64, at32), cure}
		}
		if i == t.NumField()-1 && w.size == 0 && wide.size > 0 {
			wide.size++ // so that the address of the last field is inside
			narrow.size++
		}
	}
	wide.size, narrow.size = up(wide.size, wide.align), up(narrow.size, narrow.align)
	if wide.size != narrow.size {
		if last := t.NumField() - 1; t.Field(last).Type.Size() == 0 {
			return wide, narrow, &objection{where + "." + t.Field(last).Name, "has no size and stands last, where it takes room", "move it to the front"}
		}
		return wide, narrow, &objection{where, fmt.Sprintf("is %d bytes long in 64-bit builds and %d in 32-bit ones", wide.size, narrow.size),
			fmt.Sprintf("insert the line `_ [%d]byte` at its end", wide.size-narrow.size)}
	}
	return wide, narrow, nil
}

// place puts a field behind what is there.
func (e *extent) place(f extent) {
	e.size = up(e.size, f.align) + f.size
	e.align = max(e.align, f.align)
}

func up(n, align uintptr) uintptr { return (n + align - 1) &^ (align - 1) }
