package model

import "fmt"

// useFile is a file that is an arena, and the byte of its lock by which users
// exclude who removes or replaces it.
type useFile struct {
	Readers  uint8 // processes
	Alone    uint8 // process+1
	Exists   bool
	Unlinked bool // an onlooker: by a user, who may
}

// useProc is a process.
type useProc struct{ PC, File, New uint8 } // files+1

// useState is the whole machine.
type useState struct {
	Name  uint8 // file+1 that the name leads to
	File  [5]useFile
	Proc  [3]useProc
	Kills uint8
	Bad   uint8
}

// Places of a process.
const (
	usShare uint8 = iota + dead + 1
	usLook
	usUser
	usAlone
	usAloneLook
	usUnlink
	usEnd
	usFresh
	usFreshLook
	usPublish
	usLink
	usShareLate // a planted bug
)

// Uses is a configuration of the model of the use byte: arenas are made, joined,
// unlinked, removed and replaced by one name.
type Uses struct {
	Procs, Kills uint8
	Bug          UseBug
}

// UseBug is a bug planted in the model of the use byte.
type UseBug uint8

// The planted bugs.
const (
	NoUseBug       UseBug = iota
	JoinUnlooked          // who joins does not look whether the name has moved
	RemoveUnlooked        // who removes does not
	RemoveUnlocked        // who removes does not exclude users
	LookedFirst           // who removes looks before it excludes users
	SharedLate            // a new file has its name before its maker is a user
	useBugs
)

var useBugNames = [useBugs]string{"no bug", "join unlooked", "remove unlooked", "remove unlocked", "looked first", "shared late"}

func (b UseBug) String() string { return useBugNames[b] }

// Start has no file.
func (m Uses) Start() useState {
	s := useState{Kills: m.Kills}
	for i := range s.Proc {
		if i >= int(m.Procs) {
			s.Proc[i].PC = dead
		}
	}
	return s
}

// Marks names the steps.
func (Uses) Marks() []Mark { return useMarks[:] }

var useWrongs = [...]string{"",
	"who removes or replaces an arena does so to another",
	"an arena is removed or replaced while it is used",
	"the maker of an arena cannot use it",
	"more files than there can be",
}

// Wrong holds the protocol to its promises.
func (m Uses) Wrong(s useState) string {
	if s.Bad != 0 {
		return useWrongs[s.Bad]
	}
	for i, g := range s.Proc {
		if g.PC != usUser {
			continue
		}
		switch f := s.File[g.File-1]; {
		case f.Readers>>i&1 == 0:
			return "a user does not have its share of the use byte"
		case s.Name != g.File && !f.Unlinked:
			return "a user's arena has lost its name, and no user has unlinked it"
		}
	}
	return ""
}

// Clean is nobody at work.
func (m Uses) Clean(s useState) bool {
	for _, g := range s.Proc {
		if g.PC > dead {
			return false
		}
	}
	return true
}

// String is one line for people.
func (s useState) String() string {
	return fmt.Sprintf("name %d files %v procs %v", s.Name, s.File, s.Proc)
}
