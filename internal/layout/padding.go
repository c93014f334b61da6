package layout

import (
	"reflect"
	"strings"
)

// Pad is a stretch of a record that is always zero.
type Pad struct {
	Name      string
	Off, Size uint64
}

// Padding lists the stretches of a record that are always zero, which it marks by
// their names.
func Padding[T any]() (list []Pad) {
	t := reflect.TypeFor[T]()
	for i := range t.NumField() {
		if f := t.Field(i); strings.HasPrefix(f.Name, "_pad") || strings.HasPrefix(f.Name, "_reserved") {
			list = append(list, Pad{t.Name() + "." + f.Name, uint64(f.Offset), uint64(f.Type.Size())})
		}
	}
	return list
}
