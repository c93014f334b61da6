package torture

import (
	"fmt"

	"usarena/info"
)

// doubt is what a kill left open: a block that may be live although the book has
// not got it, or not got it right.
type doubt struct {
	phase uint32
	user  uint32 // who was killed
	off   uint64 // where it is; 0: anywhere
	e     entry  // what it was; 0: nobody knows
	size  uint64 // asked for
	cell  int    // it is this cell, of a lane's own, that leads to it; -1 none
	use   uint64 // how often that cell had been used
	pair  int    // of two, at least one must be live: the index of the other, counted from this one; 0 none
}

// doubtsOf are the doubts about a killed lane.
func doubtsOf(l *lane) []doubt {
	d := doubt{phase: l.Phase.Load(), user: l.User.Load(), off: l.Off.Load(), e: entry(l.Entry.Load()), size: l.Size.Load(), cell: -1}
	fresh := doubt{phase: d.phase, user: d.user, size: d.size, cell: -1}
	switch d.phase {
	case filling, refilling:
		fresh.off = l.New.Load()
		return []doubt{fresh} // and the book may have it
	case allocating:
		return []doubt{fresh}
	case resizing: // one of both must be there
		d.pair, fresh.pair = 1, -1
		return []doubt{d, fresh}
	case freeing, publishing, fetching:
		return []doubt{d}
	case allocatingTo, resizingTo, fillingTo, freeingFromOwn:
		d.cell, d.use = int(l.Cell.Load()), l.Use.Load()
		return []doubt{d}
	}
	return nil
}

// explains says that doubt i may be about a block. What was resized in place may
// have kept its length, or have the new one.
func (s *storm) explains(i int, b info.Block) bool {
	d := &s.doubts[i]
	byMaker, byKilled := d.e != 0 && s.wrongUser(b, d.e.user()) == "", s.wrongUser(b, d.user) == ""
	old := byMaker && b.Size >= d.e.size()
	fresh := byKilled && b.Size >= d.size
	switch d.phase {
	case allocating:
		return fresh && b.Size <= 2*d.size+8192
	case filling:
		return d.off == b.Offset && fresh
	case refilling: // in place, it stays whose it was
		return d.off == b.Offset && b.Size >= d.size
	case resizing:
		if d.off == 0 {
			return fresh && b.Size <= 2*d.size+8192
		}
		return d.off == b.Offset && byMaker && b.Size >= min(d.size, d.e.size())
	case freeing, publishing:
		return d.off == b.Offset && old
	case fetching:
		return d.off == b.Offset
	}
	if d.cell < 0 || s.b.Own[d.cell].Load().Offset() != b.Offset {
		return false
	}
	switch d.phase {
	case allocatingTo:
		return fresh
	case freeingFromOwn: // of e nobody knows anything if the one before was killed as well
		return old || d.e == 0
	default:
		return b.Size >= min(d.size, d.e.size()) && (byMaker || byKilled || d.e == 0)
	}
}

func (d doubt) String() string {
	return fmt.Sprintf("%s killed in %s (%d bytes, %#x)", userName(d.user), phaseNames[d.phase], d.size, d.off)
}
