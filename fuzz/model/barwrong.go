package model

// BarBug is a bug planted in the barrier model.
type BarBug uint8

// The planted bugs.
const (
	NoBarBug        BarBug = iota
	PartyLate              // who arrives becomes a party afterwards
	OpensLate              // the last arrival and the opening are two stores
	WakesOne               // who opens the barrier wakes one
	LooksNot               // who waits behind another one of its process does not look itself
	TakesBackLate          // a cancelled arrival is taken back without comparing the phase
	BreaksLate             // a mourner breaks whatever phase is open by then
	RecoversQuietly        // recovery clears the bit of a dead party, and breaks nothing
	LastExactly            // a waiter asks whether its own phase was the last to break
	NotesFirst             // a reset notes the phase that breaks, and then reopens, without a break between
	NotesLate              // a reset notes the phase after it has reopened
	NotesBack              // a slow reset notes an older phase than stands there
	BreaksNot              // a reset breaks nothing where nobody has arrived
	BuriesLate             // a slow reset forgets one that died after another reset
	ClearsLate             // a reset clears all bits when it has reopened
	ClearsEarly            // ... before it reopens
	barBugs
)

var barBugNames = [barBugs]string{
	"no bug",
	"party late",
	"opens late",
	"wakes one",
	"looks not",
	"takes back late",
	"breaks late",
	"recovers quietly",
	"last exactly",
	"notes first",
	"notes late",
	"notes back",
	"breaks not",
	"buries late",
	"clears late",
	"clears early",
}

func (b BarBug) String() string { return barBugNames[b] }

// What is wrong, by barState.Bad.
var barWrongs = [...]string{"",
	"one is told that it has passed whose phase did not",
	"one is told that its phase broke, and nothing has broken since it began",
	"a phase breaks, and no party is gone",
}

// Wrong holds the protocol to its promises.
func (m Barriers) Wrong(s barState) string {
	if s.Bad != 0 {
		return barWrongs[s.Bad]
	}
	in, rest, misses := s.Left, true, false
	for _, g := range s.Gor {
		if g.Flags&bIn != 0 && g.Phase == s.Phase && !s.Broken {
			in++
		}
		switch g.PC {
		case idle, dead:
		case bwAsleep, bwQueued:
			rest = rest && g.Flags&bOver == 0
			misses = misses || g.Phase != s.Phase || s.Broken
		default:
			rest = false
		}
	}
	switch {
	case s.Arrived != in:
		return "another number has arrived than is counted"
	case s.Arrived >= m.N:
		return "all have arrived, and the barrier is not open"
	case !m.Quantum && rest && misses:
		return "everybody rests, a phase is over, and one sleeps on"
	}
	return ""
}

// Clean is nobody at work. Some may wait for others that live, if there are not
// enough.
func (m Barriers) Clean(s barState) bool {
	for _, g := range s.Gor {
		switch g.PC {
		case idle, dead:
		case bwAsleep, bwQueued:
			if g.Phase != s.Phase || s.Broken || s.Bereft || g.Flags&bOver != 0 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// canon is one of the states that are the same but for the names of goroutines
// and, where they have the same roles, of processes.
func (m *Barriers) canon(s barState) barState {
	if m.Bug != NoBarBug { // paths are easier to read
		return s
	}
	for p := range uint8(len(s.Front)) {
		if m.Gors[p] == 2 && s.Gor[2*p].key() > s.Gor[2*p+1].key() {
			s.Gor[2*p], s.Gor[2*p+1] = s.Gor[2*p+1], s.Gor[2*p]
			if f := &s.Front[p]; *f != 0 {
				*f = ((*f - 1) ^ 1) + 1
			}
		}
	}
	if m.Same {
		sort(procs(m.Gors), s.less, s.swapProcs)
	}
	return s
}

func (g barGor) key() uint32 {
	return uint32(g.PC)<<24 | uint32(g.Phase)<<16 | uint32(g.Flags)<<8 | uint32(g.Of)
}

func (s *barState) less(p, q uint8) bool {
	for k := range uint8(2) {
		a, b := s.Gor[2*p+k], s.Gor[2*q+k]
		if a.Of, b.Of = 0, 0; a != b {
			return a.key() < b.key()
		}
	}
	if s.Gen[p] != s.Gen[q] {
		return s.Gen[p] < s.Gen[q]
	}
	if s.State[p] != s.State[q] {
		return s.State[p] < s.State[q]
	}
	return s.Party[q] && !s.Party[p]
}

func (s *barState) swapProcs(p, q uint8) {
	for k := range uint8(2) {
		s.Gor[2*p+k], s.Gor[2*q+k] = s.Gor[2*q+k], s.Gor[2*p+k]
	}
	s.Front[p], s.Front[q] = s.Front[q], s.Front[p]
	s.Party[p], s.Party[q] = s.Party[q], s.Party[p]
	s.Came[p], s.Came[q] = s.Came[q], s.Came[p]
	s.crew.swap(p, q)
	for x := range s.Gor {
		if g := &s.Gor[x]; g.Of != 0 {
			g.Of = other(g.Of-1, p, q) + 1
		}
	}
	for i := range s.Front {
		if f := &s.Front[i]; *f != 0 {
			*f = other((*f-1)/2, p, q)*2 + (*f-1)%2 + 1
		}
	}
}
