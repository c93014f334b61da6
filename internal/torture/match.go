package torture

import "usarena/info"

// explain finds a doubt of its own for each block that the book has not got. What
// no doubt explains is a finding; so is a resized block of which nothing is left.
// It is a matching of strangers with doubts; what must be there comes first, and
// stays matched when others are.
func (s *storm) explain(strangers []info.Block) {
	by := make([]int, len(s.doubts)) // which stranger each doubt explains, from 1
	need := make([]int, len(strangers))
	for i, d := range s.doubts {
		if d.pair > 0 && !s.reclaim && !s.reissued(d.off) && !s.needs(strangers, i, need, make([]bool, len(strangers))) {
			s.bad("a block is lost: %v, %v", d, d.e)
		}
		if d.phase == resizingTo && s.l.Uses[d.cell].Load() == d.use && s.b.Own[d.cell].Load().Offset() == 0 {
			s.bad("a block is lost, cell %d leads nowhere: %v, %v", d.cell, d, d.e)
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
			s.bad("the arena has a block of which the book knows nothing, and no kill explains it: %+v%s", strangers[j], s.hints(strangers[j]))
		}
	}
	s.Left += len(strangers)
	s.doubts = s.doubts[:0]
}

// hints are the doubts about the place of a block, for people.
func (s *storm) hints(b info.Block) (text string) {
	for _, d := range s.doubts {
		if d.off == b.Offset || userOf(b.Slot, b.Gen) == d.user {
			text += "; " + d.String()
		}
	}
	return text
}

// reissued says that a block begins there that the book knows.
func (s *storm) reissued(off uint64) bool { return s.l.at(off).Load() != 0 }

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
