package alloc

import (
	"fmt"

	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/region"
	"usarena/internal/robust"
)

// Settings of Create. Zero in any field means the default.
type Settings struct {
	Users int    // how many may have the memory open at once; default 8
	Name  string // for errors; default "memory"
}

// Create makes a heap in mem and opens it. mem begins at a multiple of 4096 and
// holds at least the tables and one page; the error names the least length. What
// mem held is lost. The memory may be shared with other processes that Open it;
// as it has no kernel lock, nobody's death is noticed. Close the heap before the
// memory goes away. IRIX: acreate.
func Create(mem []byte, s Settings) (*Heap, error) {
	if s.Users == 0 {
		s.Users = 8
	}
	if s.Name == "" {
		s.Name = "memory"
	}
	if s.Users < 1 || s.Users > layout.MaxUsers {
		return nil, errs.Wrap(errs.Invalid, "create", "%s: %d users, 1 to %d are possible", s.Name, s.Users, layout.MaxUsers)
	}
	g, maxSize, err := fit(uint64(len(mem)), uint64(s.Users))
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, "create", "%s: %v", s.Name, err)
	}
	r, err := region.Over(mem, g, s.Name)
	if err != nil {
		return nil, err
	}
	clear(mem[:g.DataOff])
	hd := r.Header()
	hd.Size, hd.MaxSize, hd.Flags = maxSize, maxSize, layout.FlagNoAutoGrow
	hd.Committed.Store(g.MaxPages)
	hd.Place(&g)
	return join(r)
}

// fit is the geometry of the largest arena whose file would fit into n bytes.
func fit(n, users uint64) (layout.Geometry, uint64, error) {
	for size := n &^ layout.PageMask; ; size -= layout.PageSize {
		g, err := layout.Plan(size, users)
		if err != nil {
			return g, 0, fmt.Errorf("%w (and a guard page more)", err)
		}
		if g.FileSize(g.MaxPages) <= n {
			return g, size, nil
		}
	}
}

// Open opens a heap that Create made, as one more user. ErrTooManyUsers when
// all slots are taken.
func Open(mem []byte) (*Heap, error) {
	const name = "memory"
	hd := layout.HeaderOf(mem)
	if hd == nil {
		return nil, errs.Wrap(errs.NotArena, "open", "%s: %d bytes at %p are no header", name, len(mem), mem)
	}
	own := layout.CopyHeader(hd)
	g, err := layout.Verify(own, name)
	if err != nil {
		return nil, err
	}
	r, err := region.Over(mem, g, name)
	if err != nil {
		return nil, err
	}
	if c := r.Header().Committed.Load(); c > r.Window {
		return nil, errs.Wrap(errs.Truncated, "open", "%s: %d pages committed, the memory holds %d", name, c, r.Window)
	}
	return join(r)
}

// join takes the first free slot.
func join(r *region.Region) (*Heap, error) {
	for slot := 1; slot <= int(r.Geo.Users); slot++ {
		w := &r.User(slot).Word
		old := w.Load()
		if layout.UserState(old) != layout.UserFree {
			continue
		}
		gen := layout.UserGen(old) + 1
		if gen == 0 {
			gen = 1
		}
		if w.CompareAndSwap(old, layout.UserWord(layout.UserLive, gen)) {
			h := Attach(Attachment{Region: r, Slot: slot, Gen: gen, Oracle: robust.Nobody{}})
			h.DropLocks()
			h.leaveSlot = func() { w.Store(layout.UserWord(layout.UserFree, gen)) }
			return h, nil
		}
	}
	return nil, errs.Wrap(errs.TooManyUsers, "open", "%s: all %d slots are taken", r.Name, r.Geo.Users)
}

// Region is the mapping under the heap, for packages that look inside.
func (h *Heap) Region() *region.Region { return h.r }
