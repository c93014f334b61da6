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

// Stretches of each record that are always zero. It marks them by their names.
var (
	HeaderPadding  = padding[Header]()
	UserPadding    = padding[User]()
	RegionPadding  = padding[Region]()
	BitsPadding    = padding[Bits]()
	TenantsPadding = padding[Tenants]()
	ObjectPadding  = padding[Object]()
	GaugePadding   = padding[Gauge]()
	EntryPadding   = padding[Entry]()
)

func padding[T any]() (list []Pad) {
	t := reflect.TypeFor[T]()
	for i := range t.NumField() {
		if f := t.Field(i); strings.HasPrefix(f.Name, "_pad") || strings.HasPrefix(f.Name, "_reserved") {
			list = append(list, Pad{t.Name() + "." + f.Name, uint64(f.Offset), uint64(f.Type.Size())})
		}
	}
	return list
}
