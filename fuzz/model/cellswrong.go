package model

// CellBug is a bug planted in the model of cells.
type CellBug uint8

// The planted bugs.
const (
	NoCellBug        CellBug = iota
	NoMark                   // a block is dropped without a mark
	NoDisarm                 // a block is taken back while a lane says that it drops it
	MarkAlone                // ... and the mark is all that tells it from a later one
	NoSecondLookAtOp         // recovery does not look at the lane again before it frees
	PlaceAlone               // recovery takes a small block for a large one that a lane names
	OnePass                  // recovery takes lanes with drops as they come
	OneArgument              // the block to be dropped is stored over the cell
	DisarmedFirst            // the lane is idle before the old block is dropped
	FreedFirst               // the block is freed before the lane says so
	IssuedUnarmed            // the block is issued before the lane is armed
	SameNumber               // an operation has the number of the one before
	NotPassed                // a tag is overwritten, and its lane does not learn of it
	PassedLate               // ... learns of it afterwards
	PassedFirst              // recovery looks at Passed, and then at the cell
	SpansFirst               // recovery takes the spans before the lanes
	TagsAsTheyAre            // tags are compared as they are, wrapped or not
	cellBugs
)

var cellBugNames = [cellBugs]string{"no bug", "no mark", "no disarm", "mark alone", "no second look at Op", "place alone", "one pass",
	"one argument", "disarmed first", "freed first", "issued unarmed", "same number", "not passed", "passed late", "passed first",
	"spans first", "tags as they are"}

func (b CellBug) String() string { return cellBugNames[b] }

// noCell is a cell's offset that was overwritten.
const noCell = 7

// What is wrong, by cellState.Bad.
var cellWrongs = [...]string{"",
	"a block is given out twice",
	"a block is freed that somebody else knows of",
	"an operation is over, and half of it is missing",
	"a new block is born kept",
}

// told says that block b is told as an orphan.
func (s *cellState) told(m *Cells, b uint8) bool {
	bit := uint8(1) << b
	if s.A&^s.R&bit == 0 {
		return false
	}
	for _, l := range s.Lane[:m.Lanes] {
		if l.names(b) {
			return false
		}
	}
	if s.large(b) {
		return (s.Old|s.K)&bit != 0
	}
	return s.Old&bit != 0 && s.K&bit == 0
}

// Wrong holds the protocol to its promises.
func (m Cells) Wrong(s cellState) string {
	if s.Bad != 0 {
		return cellWrongs[s.Bad]
	}
	for b, k := range s.Block[:m.Blocks] {
		live := s.A&^s.R>>b&1 != 0
		switch {
		case live != (k.Note != noteFree):
			return "the bits say that other blocks are live than are known of"
		case k.Note == noteLost && s.K>>b&1 != 0 && !s.large(uint8(b)) && m.Wrap == 0:
			return "a block is lost for good"
		case k.Note >= noteOp && s.told(&m, uint8(b)):
			return "a block that is being dropped is told as an orphan"
		case k.Note >= noteCell && k.Note < noteHand && s.Cell[k.Note-noteCell].Off != uint8(b)+1:
			return "a cell has lost its block"
		}
	}
	for c, w := range s.Cell[:m.Cells] {
		if w.Off != 0 && s.Block[w.Off-1].Note != noteCell+uint8(c) {
			return "a cell holds a block that is not its own"
		}
	}
	for i, l := range s.Lane[:m.Lanes] {
		if q := m.Slot[i]; l.Op != opIdle && s.State[q] == slotFree {
			return "a slot is free, and its lane is armed"
		}
	}
	return ""
}

// Clean is nobody at work.
func (m Cells) Clean(s cellState) bool {
	for _, g := range s.Proc {
		if g.PC != idle && g.PC != dead {
			return false
		}
	}
	return true
}
