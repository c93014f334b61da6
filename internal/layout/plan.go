package layout

import (
	"errors"
	"fmt"
	"math/bits"
)

// Geometry says where everything of one arena is. It follows from four numbers
// (Plan), so a header cannot claim anything else.
type Geometry struct {
	Users, HeapLines, Lanes uint64
	RegionShift             uint
	MaxPages, Regions       uint64

	UsersOff, LedgersOff, LanesOff, HeapsOff   uint64
	RegionsOff, StatesOff, BitsOff, TenantsOff uint64
	GuardOff, DataOff                          uint64
}

// ErrTooSmall is wrapped when Size or MaxSize leave no page of data.
var ErrTooSmall = errors.New("too small for header and users")

// RegionPages is the number of pages of a region.
func (g *Geometry) RegionPages() uint64 { return 1 << g.RegionShift }

// FileSize is the length of a file with so many pages of data.
func (g *Geometry) FileSize(pages uint64) uint64 { return g.DataOff + pages<<PageShift }

// Packed says that the zones stand close together, as in small arenas.
func (g *Geometry) Packed() bool { return g.MaxPages <= smallPages }

// Plan computes the geometry of an arena whose committed bytes may reach
// maxSize.
func Plan(maxSize, users uint64) (Geometry, error) {
	// The metadata of n pages only grows with n: search the largest n that fits.
	lo, hi := uint64(0), maxSize>>PageShift
	for lo < hi {
		n := (lo + hi + 1) / 2
		g := place(n, users)
		if g.whole(n) <= maxSize {
			lo = n
		} else {
			hi = n - 1
		}
	}
	g := place(lo, users)
	if lo == 0 {
		one := place(1, users)
		least := one.MetaBytes(1) + PageSize
		return g, fmt.Errorf("%w: %d bytes asked, the least that works with %d users is %d", ErrTooSmall, maxSize, users, least)
	}
	return g, nil
}

// planned is what Plan gives, if it has so many pages, without a search.
func planned(maxSize, users, pages uint64) (g Geometry, ok bool) {
	if pages == 0 || pages > maxSize>>PageShift {
		return g, false
	}
	g = place(pages, users)
	more := place(pages+1, users)
	return g, g.whole(pages) <= maxSize && more.whole(pages+1) > maxSize
}

// whole is what n pages take with their metadata.
func (g *Geometry) whole(n uint64) uint64 { return g.MetaBytes(n) + n<<PageShift }

// PagesFor is the number of data pages that committed bytes of size hold.
func (g *Geometry) PagesFor(size uint64) uint64 {
	lo, hi := uint64(0), min(size>>PageShift, g.MaxPages)
	for lo < hi {
		n := (lo + hi + 1) / 2
		if g.whole(n) <= size {
			lo = n
		} else {
			hi = n - 1
		}
	}
	return lo
}

// place lays the zones out for an arena of at most n pages.
func place(n, users uint64) Geometry {
	g := Geometry{Users: users, MaxPages: n, HeapLines: 8, Lanes: 4}
	align := uint64(PageSize)
	if g.Packed() {
		g.HeapLines, g.Lanes, align = 1, 1, LineSize
	}
	if users > 4000 {
		g.Lanes = 1 // a cell's tag names a lane in 14 bits
	}
	g.RegionShift = uint(bits.Len64(min(max(n/regionsLeast, MinRegionPages), max(regionPages, n/regionsMost), MaxRegionPages)) - 1)
	g.Regions = (n + g.RegionPages() - 1) >> g.RegionShift

	at := uint64(HeaderSize)
	zone := func(size, align uint64) uint64 {
		at = (at + align - 1) &^ (align - 1)
		off := at
		at += size
		return off
	}
	g.UsersOff = zone(users*UserSize, LineSize)
	g.LedgersOff = zone(users*LedgerSize, LineSize)
	g.LanesOff = zone(users*g.Lanes*LaneSize, LineSize)
	g.HeapsOff = zone(users*g.HeapLines*HeapLineSize, align)
	g.RegionsOff = zone(g.Regions*RegionSize, align)
	g.StatesOff = zone(n*StateSize, align)
	g.BitsOff = zone(n*BitsSize, max(align, BitsSize))
	g.TenantsOff = zone(n*TenantsSize, max(align, TenantsSize))
	g.GuardOff = zone(PageSize, PageSize)
	g.DataOff = at
	return g
}

// Piece is a range of an arena's bytes.
type Piece struct{ Off, Len uint64 }

// Pieces lists what must exist in the file, guard excluded, for data pages from
// up to to: fixed tables if from is 0, and what describes and holds the pages.
// Pieces are whole pages; neighbours may touch or overlap.
func (g *Geometry) Pieces(from, to uint64) []Piece { return g.pieces(nil, from, to) }

// pieces appends them to p.
func (g *Geometry) pieces(p []Piece, from, to uint64) []Piece {
	add := func(off, end uint64) {
		off &^= PageMask
		end = (end + PageMask) &^ PageMask
		if n := len(p); n > 0 && off <= p[n-1].Off+p[n-1].Len {
			p[n-1].Len = max(p[n-1].Len, end-p[n-1].Off)
			return
		}
		p = append(p, Piece{off, end - off})
	}
	if from == 0 {
		add(0, g.HeapsOff) // heap lines are not used yet, so not reserved
	}
	if to > from {
		rp := g.RegionPages()
		add(g.RegionsOff+from/rp*RegionSize, g.RegionsOff+(to+rp-1)/rp*RegionSize)
		add(g.StatesOff+from*StateSize, g.StatesOff+to*StateSize)
		add(g.BitsOff+from*BitsSize, g.BitsOff+to*BitsSize)
		if g.Packed() {
			add(g.TenantsOff+from*TenantsSize, g.TenantsOff+to*TenantsSize)
		}
		p = append(p, Piece{g.DataOff + from<<PageShift, (to - from) << PageShift})
	}
	return p
}

// TenantPages is the pages whose tenants share a page of the file. What holds
// them is not among Pieces, except in packed arenas: it is made to exist when
// the first of these pages needs it.
const TenantPages = PageSize / TenantsSize

// TenantPiece is what must exist in the file for the tenants of page.
func (g *Geometry) TenantPiece(page uint64) Piece {
	return Piece{(g.TenantsOff + page*TenantsSize) &^ PageMask, PageSize}
}

// MetaBytes is what the metadata of n pages takes in the file, guard excluded.
func (g *Geometry) MetaBytes(n uint64) uint64 {
	var most [6]Piece
	sum := uint64(0)
	for _, p := range g.pieces(most[:0], 0, n) {
		sum += p.Len
	}
	return sum - n<<PageShift
}
