package region

import (
	"errors"
	"fmt"
	"time"

	"usarena/internal/errs"
	"usarena/internal/fault"
)

// loss is why a mapping cannot be used any more, and since when. It is the
// sentinel of every error that later calls return.
type loss struct {
	r        *Region
	op, what string
	when     time.Time
	sentinel error
}

func (l *loss) Error() string {
	return fmt.Sprintf("since %s, when %s met %s: %v", l.when.Format("2006-01-02 15:04:05.000"), l.op, l.what, l.sentinel)
}

func (l *loss) Unwrap() error { return l.sentinel }

// OnLost sets what is called, once, by whoever finds that the mapping is lost. It
// may be inside any call. To be set before others use the region.
func (r *Region) OnLost(f func()) { r.onLost = f }

// Lost is the error of a call on a mapping that is lost, nil while it is whole:
// errs.Truncated or errs.Corrupt.
func (r *Region) Lost(op string) error {
	l := r.lost.Load()
	if l == nil {
		return nil
	}
	return errs.Wrap(l, op, "%s: this attachment is of no use, Close is all it is good for", r.Name)
}

// Whole says that the mapping is not lost, as far as anybody has met. Pinned code may
// ask.
func (r *Region) Whole() bool { return r.lost.Load() == nil }

// Caught ends a call that touches the arena. It is deferred itself, with what
// fault.Arm gave. A fault in the mapping becomes the call's error and loses the
// mapping; err may be nil for calls without one. Other panics go on.
func (r *Region) Caught(op string, err *error, before bool) {
	p := recover()
	fault.Disarm(before)
	r.Failed(op, err, p)
}

// Failed is Caught for those who have recovered by themselves: p, if anything,
// becomes the error, or goes on.
func (r *Region) Failed(op string, err *error, p any) {
	if p == nil {
		return
	}
	if e := r.judge(op, p); err != nil {
		*err = e
	}
}

// judge is the error for a recovered p. It panics again if p is none of ours.
func (r *Region) judge(op string, p any) error {
	if err, ok := p.(error); ok {
		// A call without an error of its own has told by a panic.
		if l := (*loss)(nil); errors.As(err, &l) && l.r == r {
			return err
		}
	}
	addr, isFault := fault.At(p)
	switch {
	case isFault:
		off, inside := r.fileOffset(addr)
		if !inside || r.readOnly && readable(addr) {
			panic(p) // elsewhere, or a store into what may only be read
		}
		r.lose(op, fmt.Sprintf("no page at offset %#x of the file", off), errs.Truncated)
	case fault.OutOfRange(p):
		r.lose(op, fmt.Sprintf("nonsense in the arena (%v)", p), errs.Corrupt)
	default:
		panic(p)
	}
	return r.Lost(op)
}

// lose marks the mapping. The first to do so calls OnLost's function.
func (r *Region) lose(op, what string, sentinel error) {
	l := &loss{r: r, op: op, what: what, when: time.Now(), sentinel: sentinel}
	if r.lost.CompareAndSwap(nil, l) && r.onLost != nil {
		r.onLost()
	}
}

// fileOffset is where addr is in the file; false for what is none of the arena:
// beside the mapping, or the guard page, where only a wrong pointer leads.
func (r *Region) fileOffset(addr uintptr) (uint64, bool) {
	for _, z := range r.zones {
		if rel := addr - uintptr(z.at); rel < z.n {
			return z.off + uint64(rel), true
		}
	}
	for _, g := range r.buried() {
		if rel := addr - uintptr(g.twin); g.twin != nil && rel < g.n {
			return r.Geo.DataOff + uint64(uintptr(g.at)-uintptr(r.data)+rel), true
		}
	}
	return 0, false
}
