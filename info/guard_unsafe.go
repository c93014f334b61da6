package info

import (
	"unsafe"

	"usarena/internal/errs"
	"usarena/internal/fault"
)

// guard calls f, which reads the image. If the file was cut off meanwhile, the
// read faults, and that becomes ErrTruncated. Other panics go on. An error is
// also that a part of the file could not be mapped.
func (v *view) guard(f func()) (err error) { return v.image.guard(f) }

func (m *image) guard(f func()) (err error) {
	if m.region != nil {
		defer m.region.Caught("read", &err, fault.Arm())
	} else {
		defer m.caught(&err, fault.Arm())
	}
	f()
	return m.failed
}

func (m *image) caught(err *error, before bool) {
	p := recover()
	fault.Disarm(before)
	if p == nil {
		return
	}
	if addr, ok := fault.At(p); !ok || !m.contains(addr) {
		panic(p)
	}
	*err = errs.Wrap(errs.Truncated, "read", "%s: the file lost pages that its header says exist", m.name)
}

func (m *image) contains(addr uintptr) bool {
	for _, words := range [][]uint64{m.front, m.states, m.bits, m.tenants, m.data, m.near.words} {
		base := uintptr(unsafe.Pointer(unsafe.SliceData(words)))
		if addr-base < uintptr(len(words)*8) {
			return true
		}
	}
	return false
}
