package arena

import (
	"reflect"
	"sync/atomic"
	"unsafe"
)

// verdicts remembers what was found out about types, at a place that follows
// from the address of their descriptor. A type that finds another one there is
// judged again, which costs time and nothing else.
var verdicts [256]atomic.Pointer[remembered]

type remembered struct {
	descriptor unsafe.Pointer
	*verdict
}

// shareable is ErrNotShareable for a type that is not laid out alike in 32- and
// 64-bit builds, or that means something in one process only.
func shareable[T any]() error {
	var p any = (*T)(nil)
	d := *(*unsafe.Pointer)(unsafe.Pointer(&p)) // an interface begins with its type
	at := &verdicts[(uintptr(d)>>5^uintptr(d)>>13)%uintptr(len(verdicts))]
	if r := at.Load(); r != nil && r.descriptor == d {
		return r.err
	}
	return judgeOnce(at, d, reflect.TypeFor[T]())
}

//go:noinline
func judgeOnce(at *atomic.Pointer[remembered], d unsafe.Pointer, t reflect.Type) error {
	r := &remembered{d, judge(t)}
	at.Store(r)
	return r.err
}
