package region

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

// Region is a mapped arena.
type Region struct {
	Geo    layout.Geometry
	Name   string // for errors
	Window uint64 // pages of data that this process can see

	head, states, bits, tenants, data unsafe.Pointer

	exist existing

	reserve Reserver
	settled [settledWords]atomic.Uint64 // which parts of the tenants exist, by a hash
	unmap   func() error
	attach  func(addr uintptr, readOnly bool) ([]byte, error) // nil: mapped through a descriptor
	graves  atomic.Pointer[[]grave]                           // see Bury; ascending

	zones    []zone // all that is mapped of the file, ascending
	readOnly bool
	lost     atomic.Pointer[loss] // see Caught
	onLost   func()
}

// zone is a stretch of the mapping that is one in the file too. The guard page is
// in none.
type zone struct {
	at  unsafe.Pointer
	n   uintptr
	off uint64
}

// buried lists the graves.
func (r *Region) buried() []grave {
	if g := r.graves.Load(); g != nil {
		return *g
	}
	return nil
}

// grave is a row of pages of data that Close leaves where they are.
type grave struct {
	at, twin unsafe.Pointer // twin is nil where there is none
	n        uintptr        // bytes
}

// Reserver makes ranges of a file exist, so that no store into them can fail.
type Reserver interface {
	Reserve(pieces []layout.Piece) error
}

// Over is a region in ordinary memory: a heap-backed twin for the race detector,
// or any memory of the caller's. All pages that fit in it exist from the start.
// mem begins at a multiple of the page size.
func Over(mem []byte, g layout.Geometry, name string) (*Region, error) {
	if uintptr(unsafe.Pointer(unsafe.SliceData(mem)))%layout.PageSize != 0 {
		return nil, errs.Wrap(errs.Invalid, "open", "%s: memory begins at %p, not at a multiple of %d", name, unsafe.SliceData(mem), layout.PageSize)
	}
	if uint64(len(mem)) < g.FileSize(0) {
		return nil, errs.Wrap(errs.Truncated, "open", "%s: %d bytes, its header needs %d", name, len(mem), g.FileSize(0))
	}
	r := &Region{Geo: g, Name: name}
	r.Window = min(g.MaxPages, (uint64(len(mem))-g.DataOff)>>layout.PageShift)
	r.place(unsafe.Pointer(unsafe.SliceData(mem)))
	return r, nil
}

// place sets the zones of a mapping in one piece.
func (r *Region) place(base unsafe.Pointer) {
	r.head = base
	r.states = unsafe.Add(base, r.Geo.StatesOff)
	r.bits = unsafe.Add(base, r.Geo.BitsOff)
	r.tenants = unsafe.Add(base, r.Geo.TenantsOff)
	r.zones = []zone{{base, uintptr(r.Geo.GuardOff), 0}}
	if r.Window > 0 {
		r.data = unsafe.Add(base, r.Geo.DataOff)
		r.zones = append(r.zones, zone{r.data, uintptr(r.Window) << layout.PageShift, r.Geo.DataOff})
	}
}

// Header is the arena's header.
func (r *Region) Header() *layout.Header { return (*layout.Header)(r.head) }

// User is slot's record, 1 <= slot <= Users.
func (r *Region) User(slot int) *layout.User {
	return (*layout.User)(r.table(r.Geo.UsersOff, uint64(slot)-1, r.Geo.Users, layout.UserSize))
}

// Lock is region i's record.
func (r *Region) Lock(i uint64) *layout.Region {
	return (*layout.Region)(r.table(r.Geo.RegionsOff, i, r.Geo.Regions, layout.RegionSize))
}

// Lane is lane id of all users' together; Lanes is how many there are.
func (r *Region) Lane(id int) *layout.Lane {
	return (*layout.Lane)(r.table(r.Geo.LanesOff, uint64(id), r.Geo.Users*r.Geo.Lanes, layout.LaneSize))
}

// Lanes is the number of lanes.
func (r *Region) Lanes() int { return int(r.Geo.Users * r.Geo.Lanes) }

// table is record i of n in a zone of the front part; an index out of range is
// a bug of ours, never a number from the arena.
func (r *Region) table(off, i, n, size uint64) unsafe.Pointer {
	if i >= n {
		panic("usarena: table index out of range")
	}
	return unsafe.Add(r.head, off+i*size)
}

// State is page's state word. The page is below Visible.
func (r *Region) State(page uint64) *atomic.Uint64 {
	if page >= r.Window {
		panic("usarena: page out of range")
	}
	return (*atomic.Uint64)(unsafe.Add(r.states, page*layout.StateSize))
}

// Load is page's state, checked like State.
func (r *Region) Load(page uint64) layout.State { return layout.State(r.State(page).Load()) }

// Bits are page's block bits.
func (r *Region) Bits(page uint64) *layout.Bits {
	if page >= r.Window {
		panic("usarena: page out of range")
	}
	return (*layout.Bits)(unsafe.Add(r.bits, page*layout.BitsSize))
}

// Tenants is page's record of who has blocks in it. In an arena that is not
// packed it may only be touched where a span is tagged or SettleTenants has said
// yes: elsewhere the file may have no room for it.
func (r *Region) Tenants(page uint64) *layout.Tenants {
	if page >= r.Window {
		panic("usarena: page out of range")
	}
	return (*layout.Tenants)(unsafe.Add(r.tenants, page*layout.TenantsSize))
}

// Zones are the addresses that the allocator's fast path computes with.
func (r *Region) Zones() (states, bits, data unsafe.Pointer) { return r.states, r.bits, r.data }

// Visible is the number of pages that exist and that this process can see.
func (r *Region) Visible() uint64 { return min(r.Committed(), r.Window) }

// Pointer is the address of n bytes at off, or nil when they are not all
// inside the data that exists. It is the one bounds check of the arena.
func (r *Region) Pointer(off, n uint64) unsafe.Pointer {
	rel := off - r.Geo.DataOff // wraps for offsets below
	end := r.Visible() << layout.PageShift
	if off < r.Geo.DataOff || rel > end || n > end-rel {
		return nil
	}
	return unsafe.Add(r.data, rel)
}

// Page is the data page that off lies in; ok is false outside of what exists
// and can be seen.
func (r *Region) Page(off uint64) (page uint64, ok bool) {
	page = (off - r.Geo.DataOff) >> layout.PageShift
	return page, off >= r.Geo.DataOff && page < r.Visible()
}

// OffsetOf is the offset of a page's first byte.
func (r *Region) OffsetOf(page uint64) uint64 { return r.Geo.DataOff + page<<layout.PageShift }

// Grow makes pages up to to exist if Committed still is from: reserve, then one
// compare-and-swap. False without error means that somebody else grew it.
// Killed in between, pages are reserved that the next grower reserves again.
func (r *Region) Grow(from, to uint64) (bool, error) {
	if to > r.Geo.MaxPages || to <= from {
		return false, errs.Wrap(errs.NoSpace, "grow", "%s: %d pages wanted, the ceiling is %d", r.Name, to, r.Geo.MaxPages)
	}
	switch {
	case r.reserve != nil:
		if err := r.reserve.Reserve(r.Geo.Pieces(from, to)); err != nil { // model: H1
			return false, err
		}
		r.exist.seen(to)
	case to > r.Window:
		return false, errs.Wrap(errs.NoSpace, "grow", "%s: %d pages wanted, the memory holds %d", r.Name, to, r.Window)
	}
	return r.Header().Committed.CompareAndSwap(from, to), nil // model: H2, commit
}

// Close gives the mapping back. Nothing of it may be used afterwards.
func (r *Region) Close() error {
	if r.unmap == nil {
		return nil
	}
	if err := r.unmap(); err != nil {
		return fmt.Errorf("usarena: close: %s: give back the mapping: %w", r.Name, err)
	}
	return nil
}
