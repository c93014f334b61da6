package layout

import "usarena/internal/errs"

// Companion is all that the lock file of a System V arena holds. A segment has no
// file that could be locked or that a name leads to; this one is both. Fields
// marked const are written before the file has its name and are covered by
// Checksum.
//
// State is the commit of a new arena. Killed before it is set, the maker leaves a
// name, perhaps a segment of zeros, and at last a segment with its header. Nobody
// but the maker has used any of it: whoever comes next finds the maker's flock
// gone, finishes what has a header and takes away what has none.
type Companion struct {
	Magic     uint64 // const
	Version   uint32 // const
	Checksum  uint32 // const: CRC-32C of the bytes before State, this field as 0
	Key       uint32 // const: of the segment, 0 private
	Pid       uint32 // const: of the maker, as the segment's creator
	Size      uint64 // const: of the segment, bytes
	Nonce     uint64 // const: random; the header has it too
	Namespace uint64 // const: inode of the IPC namespace that the segment is in, 0 unknown
	Made      int64  // const: Unix nanoseconds
	_reserved [6]uint64
	State     uint64 // truth: 0 while the arena is being made, then 1 + the segment's identifier
	_pad70    [2]uint64
}

// Identity tells a companion from all other files, also from one of the same inode. The
// zero Identity is of an arena that needs none.
type Identity struct{ Dev, Ino, Nonce uint64 }

// Companion is the lock file that a header names.
func (h *Header) Companion() Identity {
	return Identity{h.CompanionDev, h.CompanionIno, h.CompanionID}
}

// SetCompanion names another one; the checksum has to follow.
func (h *Header) SetCompanion(i Identity) {
	h.CompanionDev, h.CompanionIno, h.CompanionID = i.Dev, i.Ino, i.Nonce
}

// The companion's place in the world.
const (
	CompanionMagic   uint64 = 0x006b_636f_6c61_7375 // "usalock\0" read as a little-endian word
	CompanionSize           = 128
	CompanionState          = 104 // where State is
	CompanionVersion uint32 = 1
)

// Seal writes the identity of the format and the checksum. It is the last step of
// making one.
func (c *Companion) Seal() {
	c.Magic, c.Version = CompanionMagic, CompanionVersion
	c.Checksum = c.Sum()
}

// Prove says what is wrong with a companion, which must be a private copy.
func (c *Companion) Prove(what string) error {
	const op = "open"
	switch {
	case c.Magic != CompanionMagic:
		return errs.Wrap(errs.NotArena, op, "%s begins with %#016x, the lock file of a System V arena with %#016x", what, c.Magic, CompanionMagic)
	case c.Version != CompanionVersion:
		return errs.Wrap(errs.Version, op, "%s has version %d, this program knows %d", what, c.Version, CompanionVersion)
	case c.Checksum != c.Sum():
		return errs.Wrap(errs.Corrupt, op, "%s: its checksum is %#08x, its bytes give %#08x", what, c.Checksum, c.Sum())
	}
	return nil
}
