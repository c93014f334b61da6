package layout

import (
	"fmt"
	"reflect"
	"strings"
)

// Pad is a stretch of a record that is always zero.
type Pad struct {
	Name      string
	Off, Size uint64
}

// Stretches of each record that are always zero. It marks them by their names.
var (
	HeaderPadding  = padding[Header]()
	UserPadding    = padding[User]()
	RegionPadding  = padding[Region]()
	TenantsPadding = padding[Tenants]()
	ObjectPadding  = padding[Object]()
	GaugePadding   = padding[Gauge]()
	EntryPadding   = padding[Entry]()
)

// BitsPadding are the hints that no span has.
var BitsPadding = func() (list []Pad) {
	for w := uint64(1); w < BitWords; w++ {
		list = append(list, Pad{fmt.Sprintf("Bits[%d].Hint", w), w*BitWordSize + BitsHint, 8})
	}
	return list
}()

func padding[T any]() (list []Pad) {
	t := reflect.TypeFor[T]()
	for i := range t.NumField() {
		if f := t.Field(i); strings.HasPrefix(f.Name, "_pad") || strings.HasPrefix(f.Name, "_reserved") {
			list = append(list, Pad{t.Name() + "." + f.Name, uint64(f.Offset), uint64(f.Type.Size())})
		}
	}
	return list
}
