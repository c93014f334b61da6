package torture

import (
	"fmt"

	"usarena/info"
)

// doubt is what a kill left open: one block that may be live although the book
// has not got it.
type doubt struct {
	phase uint32
	user  uint32 // who was killed
	off   uint64 // where it is; 0: anywhere
	e     entry  // what it was, if it has an off
	size  uint64 // asked for, if it has none
	pair  int    // of two, at least one must be live: the index of the other, counted from this one; 0 none
}

// doubtsOf are the doubts about a killed lane.
func doubtsOf(l *lane) []doubt {
	d := doubt{phase: l.Phase.Load(), user: l.User.Load(), off: l.Off.Load(), e: entry(l.Entry.Load()), size: l.Size.Load()}
	fresh := doubt{phase: d.phase, user: d.user, size: d.size}
	if d.phase == filling || d.phase == refilling {
		fresh.off, fresh.e = l.New.Load(), newEntry(d.size, d.user, 0)
	}
	switch d.phase {
	case freeing:
		return []doubt{d}
	case allocating, filling:
		return []doubt{fresh}
	case resizing: // one of both must be there
		d.pair, fresh.pair = 1, -1
		return []doubt{d, fresh}
	case refilling: // it is over, and the book may have the new one
		return []doubt{fresh}
	}
	return nil
}

// explains says that a block which the book has not got may be this one. What was
// resized in place may have kept its length, or have the new one.
func (d *doubt) explains(b info.Block) bool {
	switch {
	case d.off == 0:
		return b.Size >= d.size && b.Size <= 2*d.size+8192
	case d.phase == resizing:
		return d.off == b.Offset && b.Size >= min(d.size, d.e.size())
	default:
		return d.off == b.Offset && b.Size >= d.e.size()
	}
}

func (d doubt) String() string {
	return fmt.Sprintf("%s killed in %s (%d bytes, %#x)", userName(d.user), phaseNames[d.phase], d.size, d.off)
}

// explain finds a doubt of its own for each block that the book has not got. What
// no doubt explains is a finding; so is a resized block of which nothing is left.
// It is a matching of strangers with doubts; what must be there comes first, and
// stays matched when others are.
func (s *storm) explain(strangers []info.Block) {
	by := make([]int, len(s.doubts)) // which stranger each doubt explains, from 1
	need := make([]int, len(strangers))
	for i, d := range s.doubts {
		if d.pair > 0 && !s.reissued(d.off) && !s.needs(strangers, i, need, make([]bool, len(strangers))) {
			s.bad("a block is lost: %v, %v", d, d.e)
		}
	}
	for j, i := range need {
		switch {
		case i == 0:
		case s.explains(i-1, strangers[j]):
			by[i-1] = j + 1
		default:
			by[i-1+s.doubts[i-1].pair] = j + 1
		}
	}
	for j := range strangers {
		if need[j] == 0 && !s.match(strangers, j, by, make([]bool, len(by))) {
			s.bad("the arena has a block of which the book knows nothing, and no kill explains it: %+v", strangers[j])
		}
	}
	s.Left += len(strangers)
	s.doubts = s.doubts[:0]
}

// reissued says that a block begins there that the book knows.
func (s *storm) reissued(off uint64) bool { return s.l.at(off).Load() != 0 }

// explains says that doubt i may be about a block.
func (s *storm) explains(i int, b info.Block) bool {
	return s.doubts[i].explains(b) && s.wrongUser(b, s.doubts[i].whose()) == ""
}

// needs finds a stranger for doubt i or its other, if need be by giving another
// need another.
func (s *storm) needs(strangers []info.Block, i int, need []int, seen []bool) bool {
	for j := range strangers {
		if seen[j] || !s.explains(i, strangers[j]) && !s.explains(i+s.doubts[i].pair, strangers[j]) {
			continue
		}
		seen[j] = true
		if need[j] == 0 || s.needs(strangers, need[j]-1, need, seen) {
			need[j] = i + 1
			return true
		}
	}
	return false
}

// match finds a doubt for stranger j, if need be by giving another stranger
// another.
func (s *storm) match(strangers []info.Block, j int, by []int, seen []bool) bool {
	for i := range s.doubts {
		if seen[i] || !s.explains(i, strangers[j]) {
			continue
		}
		seen[i] = true
		if by[i] == 0 || s.match(strangers, by[i]-1, by, seen) {
			by[i] = j + 1
			return true
		}
	}
	return false
}

// whose is the block: that of who made it, not of who freed it.
func (d *doubt) whose() uint32 {
	if d.e != 0 {
		return d.e.user()
	}
	return d.user
}
