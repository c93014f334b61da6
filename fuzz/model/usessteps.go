package model

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
