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

// useStep is one state on its way to the next.
type useStep struct {
	useState
	m    *Uses
	p    uint8
	emit func(who, mark uint8, to useState)
}

func (n *useStep) me() *useProc   { return &n.Proc[n.p] }
func (n *useStep) file() *useFile { return &n.File[n.me().File-1] }

func (n *useStep) done(mark, pc uint8) {
	if n.me().PC = pc; pc == idle {
		n.leave()
		*n.me() = useProc{}
	}
	for i := range n.File { // a file that nobody can reach is gone
		f := &n.File[i]
		used := int(n.Name) == i+1 || f.Readers != 0 || f.Alone != 0
		for _, p := range n.Proc {
			used = used || int(p.File) == i+1 || int(p.New) == i+1
		}
		if !used {
			*f = useFile{}
		}
	}
	n.emit(n.p, mark, n.useState)
}

// leave gives back all that the process has on use bytes.
func (n *useStep) leave() {
	for i := range n.File {
		f := &n.File[i]
		if f.Readers &^= 1 << n.p; f.Alone == n.p+1 {
			f.Alone = 0
		}
	}
}

// Next is every step of every process.
func (m Uses) Next(s useState, emit func(who, mark uint8, to useState)) {
	for p := range m.Procs {
		fresh := func() *useStep { return &useStep{s, &m, p, emit} }
		switch {
		case s.Proc[p].PC != idle:
			fresh().step()
		case s.Name == 0:
			n := fresh()
			n.create()
			n.done(jCreate, usLink)
		default:
			for _, pc := range [...]uint8{usShare, usAlone, usFresh} {
				n := fresh()
				n.me().File = n.Name
				n.done(jOpen, pc)
			}
		}
		if n := fresh(); n.Kills > 0 && n.me().PC != idle {
			n.Kills--
			n.done(jKill, idle)
		}
	}
}

// create makes a file that has no name yet. Its maker is a user of it.
func (n *useStep) create() {
	for i := range n.File {
		if f := &n.File[i]; !f.Exists {
			f.Exists = true
			if n.m.Bug != SharedLate {
				f.Readers = 1 << n.p
			}
			n.me().New = uint8(i) + 1
			return
		}
	}
	n.Bad = 4
}

// users says that somebody other than the process uses a file.
func (n *useStep) users(f uint8) bool {
	for i, p := range n.Proc {
		if uint8(i) != n.p && p.PC == usUser && p.File == f {
			return true
		}
	}
	return false
}

// alone excludes all users of the file, or fails.
func (n *useStep) alone(mark, pc uint8) {
	if f := n.file(); f.Alone != 0 || f.Readers != 0 {
		n.done(mark, idle)
		return
	}
	n.file().Alone = n.p + 1
	n.done(mark, pc)
}

func (n *useStep) step() {
	g := n.me()
	same := g.File != 0 && n.Name == g.File
	switch g.PC {
	case usShare:
		if n.file().Alone != 0 {
			n.done(jShare, idle)
			return
		}
		n.file().Readers |= 1 << n.p
		if n.m.Bug == JoinUnlooked {
			n.done(jShare, usUser)
			return
		}
		n.done(jShare, usLook)
	case usLook:
		if !same {
			n.done(jLook, idle)
			return
		}
		n.done(jLook, usUser)
	case usUser:
		if same {
			u := *n
			u.Name, u.file().Unlinked = 0, true
			u.done(jUnlinked, usUser)
		}
		n.done(jLeave, idle)
	case usAlone:
		switch n.m.Bug {
		case RemoveUnlocked:
			n.done(jAlone, usAloneLook)
		case RemoveUnlooked:
			n.alone(jAlone, usUnlink)
		case LookedFirst:
			if !same {
				n.done(jAloneLook, idle)
				return
			}
			n.done(jAloneLook, usEnd)
		default:
			n.alone(jAlone, usAloneLook)
		}
	case usEnd: // only in a planted bug
		n.alone(jAlone, usUnlink)
	case usAloneLook:
		if !same {
			n.done(jAloneLook, idle)
			return
		}
		n.done(jAloneLook, usUnlink)
	case usUnlink:
		if n.Name != 0 && n.Name != g.File {
			n.Bad = 1
		}
		if n.users(n.Name) {
			n.Bad = 2
		}
		n.Name = 0
		n.done(jUnlink, idle)
	case usFresh:
		n.alone(jAlone, usFreshLook)
	case usFreshLook:
		if !same {
			n.done(jAloneLook, idle)
			return
		}
		n.create()
		n.done(jAloneLook, usPublish)
	case usPublish: // renamed over the old file
		if n.Name != g.File {
			n.Bad = 1
		}
		if n.users(n.Name) {
			n.Bad = 2
		}
		n.Name = g.New
		n.published(jPublish)
	case usLink: // linked, if there is none by now
		if n.Name != 0 {
			n.done(jLink, idle)
			return
		}
		n.Name = g.New
		n.published(jLink)
	case usShareLate:
		if n.file().Alone != 0 {
			n.Bad = 3
		}
		n.file().Readers |= 1 << n.p
		n.done(jShare, usUser)
	}
}

// published goes on with the new file, and lets the old one go.
func (n *useStep) published(mark uint8) {
	g := n.me()
	if g.File != 0 {
		n.file().Alone = 0
	}
	g.File, g.New = g.New, 0
	if n.m.Bug == SharedLate {
		n.done(mark, usShareLate)
		return
	}
	n.done(mark, usUser)
}

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

// Marks of the model of the use byte, by name in useMarks.
const (
	jKill = iota
	jCreate
	jLink
	jOpen
	jShare
	jLook
	jUnlinked
	jLeave
	jAlone
	jAloneLook
	jUnlink
	jPublish
)

var useMarks = [...]Mark{
	jKill:      {"", "SIGKILL"},
	jCreate:    {"", "a file is made, without a name; its maker is a user"},
	jLink:      {"", "it is linked to the name, if there is none"},
	jOpen:      {"", "the file behind the name is opened"},
	jShare:     {"J1", "join: read lock on the use byte"},
	jLook:      {"J2", "join: does the name still lead there?"},
	jUnlinked:  {"", "a user unlinks the name"},
	jLeave:     {"", "a user leaves"},
	jAlone:     {"J3", "remove, start afresh: write lock on the use byte"},
	jAloneLook: {"J4", "remove, start afresh: does the name still lead there?"},
	jUnlink:    {"J5", "remove: the name is unlinked"},
	jPublish:   {"J6", "start afresh: the new file takes the name"},
}
