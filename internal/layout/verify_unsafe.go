package layout

import (
	"hash/crc32"
	"unsafe"

	"usarena/internal/errs"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const checksumAt = unsafe.Offsetof(Header{}.Checksum)

// HeaderOf gives b's bytes their names. b begins at a multiple of 8 and holds
// at least HeaderSize bytes, or the result is nil.
func HeaderOf(b []byte) *Header {
	if len(b) < HeaderSize || uintptr(unsafe.Pointer(&b[0]))%8 != 0 {
		return nil
	}
	return (*Header)(unsafe.Pointer(&b[0]))
}

// CopyHeader is a private copy of a header in shared memory. Words that change
// are copied with it and may be of different moments; only constants of it are
// used.
func CopyHeader(h *Header) *Header {
	own := new(Header)
	*(*[HeaderSize]byte)(unsafe.Pointer(own)) = *(*[HeaderSize]byte)(unsafe.Pointer(h))
	return own
}

// Sum is the checksum of a header's constant part.
func (h *Header) Sum() uint32 {
	b := (*[ConstSize]byte)(unsafe.Pointer(h))[:]
	sum := crc32.Update(0, castagnoli, b[:checksumAt])
	sum = crc32.Update(sum, castagnoli, noChecksum[:])
	return crc32.Update(sum, castagnoli, b[checksumAt+unsafe.Sizeof(h.Checksum):])
}

// noChecksum stands for the checksum itself, as it was when it was computed.
var noChecksum [unsafe.Sizeof(Header{}.Checksum)]byte

// Place writes geometry, identity of the format and checksum into a header
// whose other constants are set. It is the last step of making one.
func (h *Header) Place(g *Geometry) {
	h.Magic, h.Version, h.Layout = Magic, Version, Fingerprint
	h.Users, h.HeapLines, h.Lanes = uint32(g.Users), uint32(g.HeapLines), uint32(g.Lanes)
	h.RegionShift = uint32(g.RegionShift)
	h.UsersOff, h.LedgersOff, h.LanesOff, h.HeapsOff = g.UsersOff, g.LedgersOff, g.LanesOff, g.HeapsOff
	h.RegionsOff, h.StatesOff, h.BitsOff, h.TenantsOff = g.RegionsOff, g.StatesOff, g.BitsOff, g.TenantsOff
	h.GuardOff, h.DataOff, h.MaxPages, h.Regions = g.GuardOff, g.DataOff, g.MaxPages, g.Regions
	h.Checksum = h.Sum()
}

// Verify proves a header and returns its geometry. The header must be a private
// copy: nothing of it is read twice from shared memory. what names the file in
// errors.
func Verify(h *Header, what string) (Geometry, error) {
	const op = "open"
	switch {
	case h.Magic != Magic:
		return Geometry{}, errs.Wrap(errs.NotArena, op, "%s begins with %#016x, an arena with %#016x", what, h.Magic, Magic)
	case h.Version != Version:
		return Geometry{}, errs.Wrap(errs.Version, op, "%s has version %d, this program knows %d", what, h.Version, Version)
	case h.Layout != Fingerprint:
		return Geometry{}, errs.Wrap(errs.Version, op, "%s has layout %#08x, this program %#08x: rebuild both from one release", what, h.Layout, Fingerprint)
	case h.Incompat&^KnownIncompat != 0:
		return Geometry{}, errs.Wrap(errs.Version, op, "%s needs features %#x that this program lacks", what, h.Incompat&^KnownIncompat)
	case !skipChecksum && h.Checksum != h.Sum():
		return Geometry{}, errs.Wrap(errs.Corrupt, op, "%s: header checksum is %#08x, its bytes give %#08x", what, h.Checksum, h.Sum())
	case h.Users == 0 || h.Users > MaxUsers:
		return Geometry{}, errs.Wrap(errs.Corrupt, op, "%s: %d user slots, 1 to %d are possible", what, h.Users, MaxUsers)
	case h.MaxSize > MaxArena || h.Size > h.MaxSize:
		return Geometry{}, errs.Wrap(errs.Corrupt, op, "%s: size %d, ceiling %d, greatest %d", what, h.Size, h.MaxSize, uint64(MaxArena))
	case h.Flags&^KnownFlags != 0 || h.LockType > LockDebugPlus:
		return Geometry{}, errs.Wrap(errs.Corrupt, op, "%s: flags %#x, lock type %d", what, h.Flags, h.LockType)
	}
	g, ok := planned(h.MaxSize, uint64(h.Users), h.MaxPages)
	if !ok {
		var err error
		if g, err = Plan(h.MaxSize, uint64(h.Users)); err != nil {
			return Geometry{}, errs.Wrap(errs.Corrupt, op, "%s: %v", what, err)
		}
	}
	var want Header
	want.Place(&g)
	if h.geometry() != want.geometry() {
		return Geometry{}, errs.Wrap(errs.Corrupt, op, "%s: geometry in the header is %v, its size and users give %v", what, h.geometry(), want.geometry())
	}
	return g, nil
}

func (h *Header) geometry() [15]uint64 {
	return [...]uint64{uint64(h.HeapLines), uint64(h.Lanes), uint64(h.RegionShift), h.UsersOff, h.LedgersOff, h.LanesOff,
		h.HeapsOff, h.RegionsOff, h.StatesOff, h.BitsOff, h.TenantsOff, h.GuardOff, h.DataOff, h.MaxPages, h.Regions}
}
