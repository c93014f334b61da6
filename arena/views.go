package arena

import (
	"iter"

	"usarena/config"
	"usarena/info"
)

// Name is the name that this arena was opened by.
func (a *Arena) Name() string { return a.name }

// ID is the device and inode of the arena's file: two names of one arena have
// the same, and an arena that was removed and created again has another one.
func (a *Arena) ID() (dev, ino uint64) { return a.file.ID() }

// Config is the configuration that holds, which is the creator's, except for
// what each user decides for itself. It may be asked after Close.
func (a *Arena) Config() config.Config {
	c := configOf(a.consts)
	c.Reaper = a.reaper.every
	if a.addr != 0 {
		c.AttachAddr = a.addr
	}
	return c
}

// Stats counts what is in the arena. On a live arena the numbers are those of a
// walk, not of an instant. It panics with ErrClosed, and with ErrTruncated if the
// file loses pages; so do the other views.
func (a *Arena) Stats() (s info.Stats) {
	a.mustGuard("stats", func() { s = info.StatsOf(a.region) })
	return s
}

// Check looks for damage without stopping anybody: a finding counts only if a
// second look confirms it. It panics with ErrClosed. Lost pages that it meets are a
// finding.
func (a *Arena) Check() info.Report {
	a.mustEnter("check")
	defer a.gate.leave()
	return info.CheckRegion(a.region, true, a.keeper)
}

// Blocks walks the allocated blocks: offset and usable bytes. On a live arena
// blocks that come and go meanwhile may be seen or not. Within the loop anything
// may be done with the arena; Close ends it. It panics with ErrClosed.
func (a *Arena) Blocks() iter.Seq2[Offset, uint64] {
	return func(yield func(Offset, uint64) bool) {
		a.walk("blocks", func() iter.Seq[info.Block] { return info.BlocksOf(a.region) }, func(b info.Block) bool {
			return yield(b.Offset, b.Size)
		})
	}
}

// Users lists the slots that are in use, dead users that nobody has recovered
// yet included. It panics with ErrClosed.
func (a *Arena) Users() (list []info.User) {
	a.mustGuard("users", func() {
		if a.slot != 0 {
			a.describe()
		}
		list = info.UsersOf(a.region, a.keeper)
	})
	return list
}

// Self is this process as a user; the zero User when attached read-only. It
// panics with ErrClosed.
func (a *Arena) Self() info.User {
	for _, u := range a.Users() {
		if u.Slot == a.slot {
			return u
		}
	}
	return info.User{}
}

// blockSizeReadOnly is BlockSize without a heap: it walks.
func (a *Arena) blockSizeReadOnly(p Offset) (uint64, error) {
	if !a.gate.enter() {
		return 0, a.closedError("block size")
	}
	defer a.gate.leave()
	return a.lookup.BlockSize(p)
}
