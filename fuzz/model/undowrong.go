package model

// UndoBug is a bug planted in the undo model.
type UndoBug uint8

// The planted bugs.
const (
	NoUndoBug     UndoBug = iota
	NoSeen                // a tag is overwritten, and its lane does not learn of it
	SeenLate              // ... learns of it afterwards
	SeenByStore           // ... by a store that may go back
	SeenFirst             // recovery looks at Seen, and then at the tag
	SameSequence          // an operation has the number of the one before
	CountFirst            // the count comes before the word
	DisarmFirst           // the lane is disarmed before the count
	CountAdded            // recovery adds to the count instead of storing it
	ReturnPlainly         // recovery returns units without an intent
	ReturnLate            // ... and clears the count first
	undoBugs
)

var undoBugNames = [undoBugs]string{
	"no bug",
	"no seen",
	"seen late",
	"seen by store",
	"seen first",
	"same sequence",
	"count first",
	"disarm first",
	"count added",
	"return plainly",
	"return late",
}

func (b UndoBug) String() string { return undoBugNames[b] }

// Wrong holds the protocol to its promises.
func (m Undos) Wrong(s undoState) string {
	switch s.Bad {
	case 1:
		return "units are returned that nobody holds"
	case 2:
		return "a recovery is done, and the dead still hold units"
	}
	units := s.Word.Units
	for p, g := range s.Proc[:m.Procs] {
		units += s.Held[p]
		if g.PC == idle && s.Count[p] != s.Held[p] {
			return "a process that lives holds another number of units than is counted"
		}
	}
	if units != m.Units+s.Extra {
		return "a unit is lost, or came from nowhere"
	}
	return ""
}

// Clean is nobody at work.
func (m Undos) Clean(s undoState) bool {
	for _, g := range s.Proc {
		if g.PC != idle && g.PC != dead {
			return false
		}
	}
	return true
}

// canon numbers the sequences of each lane from 0 and, where processes have the
// same roles, brings them in order.
func (m *Undos) canon(s undoState) undoState {
	for l := range uint8(len(s.Lane)) {
		s.rank(l)
	}
	if m.Same && m.Bug == NoUndoBug {
		sort(int(m.Procs), s.less, s.swapProcs)
	}
	return s
}

func (s *undoState) rank(l uint8) {
	all := [6]*uint8{&s.Lane[l].Seq, &s.Lane[l].Seen}
	k := 2
	for _, w := range [...]*undoWord{&s.Word, &s.Proc[0].V, &s.Proc[1].V, &s.Proc[2].V} {
		if w.Lane == l+1 {
			all[k] = &w.Seq
			k++
		}
	}
	was := [6]uint8{}
	for i, a := range all[:k] {
		was[i] = *a
	}
	for i, a := range all[:k] {
		rank := uint8(0)
		for j := range k {
			smaller := was[j] < was[i]
			for h := range j {
				smaller = smaller && was[h] != was[j]
			}
			if smaller {
				rank++
			}
		}
		*a = rank
	}
}

func (s *undoState) less(p, q uint8) bool {
	for _, x := range [...][2]uint8{{s.Proc[p].PC, s.Proc[q].PC}, {s.Held[p], s.Held[q]}, {s.Count[p], s.Count[q]}, {s.Lane[p].Op, s.Lane[q].Op},
		{s.Lane[p].Count, s.Lane[q].Count}, {s.Lane[p].Seq, s.Lane[q].Seq}, {s.Lane[p].Seen, s.Lane[q].Seen}, {s.Gen[p], s.Gen[q]}, {s.State[p], s.State[q]}} {
		if x[0] != x[1] {
			return x[0] < x[1]
		}
	}
	return s.Word.Lane == p+1 && s.Word.Lane != q+1
}

func (s *undoState) swapProcs(p, q uint8) {
	s.Proc[p], s.Proc[q] = s.Proc[q], s.Proc[p]
	s.Lane[p], s.Lane[q] = s.Lane[q], s.Lane[p]
	s.Count[p], s.Count[q] = s.Count[q], s.Count[p]
	s.Held[p], s.Held[q] = s.Held[q], s.Held[p]
	s.crew.swap(p, q)
	for i := range s.Proc {
		if g := &s.Proc[i]; g.Of != 0 {
			g.Of = other(g.Of-1, p, q) + 1
		}
		if l := &s.Proc[i].V.Lane; *l != 0 {
			*l = other(*l-1, p, q) + 1
		}
	}
	if l := &s.Word.Lane; *l != 0 {
		*l = other(*l-1, p, q) + 1
	}
}
