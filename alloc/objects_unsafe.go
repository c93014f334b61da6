package alloc

import (
	"sync/atomic"
	"unsafe"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/region"
)

// NewObjects makes a run of free records for locks, semaphores and the like, of
// a class of layout.ObjectBytes, and gives its page. The run is nobody's, and it
// stays for ever. Its memory is zero before its word commits it: killed before
// that, the pages are free. ErrNoSpace, ErrClosed.
func (h *Heap) NewObjects(class int) (page uint64, err error) {
	const op = "new objects"
	if err := h.begin(op); err != nil {
		return 0, err
	}
	defer h.end(op, &err, fault.Arm())
	size, ok := layout.ObjectBytes(uint16(class))
	if !ok || class != int(uint16(class)) {
		return 0, errs.Wrap(errs.Invalid, op, "%s: records of class %d", h.name, class)
	}
	n := layout.ObjectPages(size)
	page, err = h.allocRun(want{n: n, align: 1, state: layout.ObjectRun(n, class)})
	if err != nil {
		return 0, err
	}
	h.chain(page)
	return page, nil
}

// chain makes a run of objects the newest of all. A run that a death keeps out
// of the chain is found by those who scan.
func (h *Heap) chain(page uint64) {
	for newest := &h.r.Header().Objects; ; {
		was := newest.Load()
		h.setHint(page, was)
		if newest.CompareAndSwap(was, page+1) {
			return
		}
	}
}

// blank zeroes the memory of n pages that are about to be a run of objects.
func (h *Heap) blank(page, n uint64) {
	for i := uint64(0); i < n<<layout.PageShift; i += 8 {
		w := (*uint64)(unsafe.Add(h.data, page<<layout.PageShift+i))
		if atomic.LoadUint64(w) != 0 {
			atomic.StoreUint64(w, 0)
		}
	}
}

// ObjectRuns lists the pages at which runs of objects begin that this process can
// see whole. It looks at every state word once.
func ObjectRuns(r *region.Region) (pages []uint64) {
	for p, n := uint64(0), r.Visible(); p < n; p++ {
		if holdsObjects(r.Load(p), n-p) {
			pages = append(pages, p)
		}
	}
	return pages
}

// holdsObjects says that s is the word of a run of objects that makes sense where
// so many pages are left. Others are damage, which info reports.
func holdsObjects(s layout.State, left uint64) bool {
	if !s.IsObjects() {
		return false
	}
	size, ok := layout.ObjectBytes(s.Gen())
	return ok && s.Len() == layout.ObjectPages(size) && s.Len() <= left
}
