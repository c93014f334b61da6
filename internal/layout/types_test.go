package layout

import (
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
)

// words are the only types that a file may be made of, beside arrays of them:
// of one size on every machine, without pointers, without padding.
var words = []reflect.Type{
	reflect.TypeFor[uint32](), reflect.TypeFor[uint64](), reflect.TypeFor[int64](),
	reflect.TypeFor[atomic.Uint32](), reflect.TypeFor[atomic.Uint64](), reflect.TypeFor[atomic.Int64](),
}

func TestFieldTypes(t *testing.T) {
	for _, r := range records {
		typ, end := reflect.TypeOf(r), uintptr(0)
		for i := range typ.NumField() {
			f := typ.Field(i)
			word := f.Type
			for word.Kind() == reflect.Array {
				word = word.Elem()
			}
			known := false
			for _, w := range words {
				known = known || w == word
			}
			if !known {
				t.Errorf("%s.%s has the type %v", typ.Name(), f.Name, f.Type)
			}
			if f.Offset != end {
				t.Errorf("%s.%s begins at %#x, the field before ends at %#x", typ.Name(), f.Name, f.Offset, end)
			}
			if word.Size() == 8 && f.Offset%8 != 0 {
				t.Errorf("%s.%s has 8 bytes and stands at %#x", typ.Name(), f.Name, f.Offset)
			}
			if name, ok := strings.CutPrefix(f.Name, "_pad"); ok && strings.TrimLeft(name, "0") != strings.TrimLeft(hex(f.Offset), "0") {
				t.Errorf("%s.%s stands at %#x", typ.Name(), f.Name, f.Offset)
			}
			end = f.Offset + f.Type.Size()
		}
		if end != typ.Size() {
			t.Errorf("%s: fields end at %#x, the record at %#x", typ.Name(), end, typ.Size())
		}
	}
}

// hex is how the names of padding give their offset: two digits, or three.
func hex(off uintptr) string {
	const digits = "0123456789abcdef"
	s := string([]byte{digits[off>>4&15], digits[off&15]})
	if off > 0xff {
		s = string(digits[off>>8&15]) + s
	}
	return s
}

func TestFieldTags(t *testing.T) {
	tags, _ := source(t)
	for _, r := range records {
		typ := reflect.TypeOf(r)
		for i := range typ.NumField() {
			name := typ.Name() + "." + typ.Field(i).Name
			switch tag := tags[name]; {
			case typ.Field(i).Type.Size() == 0:
			case tag != "const" && tag != "truth" && tag != "hint" && tag != "zero":
				t.Errorf("%s: its comment begins with %q, not with const, truth or hint", name, tag)
			}
		}
	}
}
