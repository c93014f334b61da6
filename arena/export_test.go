package arena

import "reflect"

// Measure gives both layouts of a type, size and alignment, or the objection.
func Measure(t reflect.Type) (wide, narrow [2]uintptr, where, cure string) {
	w, n, bad := measure(t, "T")
	if bad != nil {
		where, cure = bad.where, bad.cure
	}
	return [2]uintptr{w.size, w.align}, [2]uintptr{n.size, n.align}, where, cure
}
