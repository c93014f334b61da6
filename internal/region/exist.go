package region

import (
	"sync/atomic"

	"usarena/internal/layout"
)

// existing tells how many pages of data have been seen to exist. The word in the
// header may be damaged by anybody at any time, and a page beyond the file's end
// faults when it is touched: so a number that is greater than all before is only
// believed as far as the file reaches.
type existing struct {
	pages  atomic.Uint64
	length func() (uint64, error) // of the file; nil: all pages of the window exist
}

// Committed is the number of pages that exist, as the header says, clipped.
func (r *Region) Committed() uint64 {
	if n := r.Header().Committed.Load(); n <= r.exist.pages.Load() {
		return n
	}
	return r.confirm()
}

// confirm asks the file about pages that were not seen to exist.
func (r *Region) confirm() uint64 {
	n, known := min(r.Header().Committed.Load(), r.Geo.MaxPages), r.exist.pages.Load()
	if n <= known {
		return n
	}
	if r.exist.length != nil {
		size, err := r.exist.length()
		if err != nil || size < r.Geo.DataOff {
			return known
		}
		// Whoever commits has made the file longer before.
		n = min(n, (size-r.Geo.DataOff)>>layout.PageShift)
	}
	r.exist.seen(n)
	return n
}

// seen says that so many pages exist.
func (e *existing) seen(n uint64) {
	for known := e.pages.Load(); n > known && !e.pages.CompareAndSwap(known, n); {
		known = e.pages.Load()
	}
}
