package model

// RWBug is a bug planted in the model of reader-writer locks.
type RWBug uint8

// The planted bugs.
const (
	NoRWBug        RWBug = iota
	LookBeforeBit        // a reader looks at the word, and then sets its bit
	BitAfterWord         // a reader that had to take the word lets it go before it sets the bit
	AnyUnsets            // a reader clears the bit of its process while others there read
	UnsetQuietly         // the last reader does not wake the writer
	CountedLate          // a writer does not look at the bits again after it has counted itself
	ClearUnclaimed       // a writer clears a dead reader's bit without the slot's byte
	ReaderForgets        // a reader that had to take the word leaves it as if no writer had died
	ReaderSpoils         // ... leaves it not recoverable
	rwBugs
)

var rwBugNames = [rwBugs]string{
	"no bug",
	"look before bit",
	"bit after word",
	"any unsets",
	"unset quietly",
	"counted late",
	"clear unclaimed",
	"reader forgets",
	"reader spoils",
}

func (b RWBug) String() string { return rwBugNames[b] }

// Wrong holds the protocol to its promises.
func (m RWLocks) Wrong(s rwState) string {
	if s.Bad == 1 {
		return "somebody is not told that a writer died"
	}
	writers, readers, rest, asleep := 0, 0, true, false
	for x, g := range s.Gor {
		switch g.PC {
		case rwReading:
			readers++
			if !s.Bit[x/2] {
				return "a process that reads has lost its bit"
			}
		case rwWriting:
			writers++
		case rwAsleep:
			asleep = true
			rest = rest && g.Flags&rOver == 0
		case idle, dead, rwWord:
			rest = rest && g.Flags&rOver == 0
			continue
		}
		rest = rest && g.PC == rwAsleep
	}
	switch {
	case writers > 1:
		return "two write"
	case writers == 1 && readers > 0:
		return "a writer is beside a reader"
	case s.Word.lost() && !s.Spoilt:
		return "the lock is not recoverable, and no writer has left it so"
	case !m.Quantum && rest && asleep:
		return "everybody rests, nobody reads, and a writer sleeps on"
	}
	return ""
}

// Clean is nobody in a call, reading or writing.
func (m RWLocks) Clean(s rwState) bool {
	for _, g := range s.Gor {
		if g.PC != idle && g.PC != dead {
			return false
		}
	}
	return true
}
