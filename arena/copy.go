package arena

import (
	"context"
	"time"

	"usarena/internal/backing"
	"usarena/internal/errs"
)

// CopyOptions say how Copy treats the users of what it copies.
type CopyOptions struct {
	// Stop allows SIGSTOP for users' processes that may not be traced. If this process
	// is killed before their SIGCONT, somebody else has to send it.
	Stop bool

	// Progress, if not nil, is told how many bytes of how many have been looked at. It
	// is called by several goroutines, and not while users stand.
	Progress func(done, total uint64)
}

// Copied is what Copy did.
type Copied struct {
	Size    uint64        `json:"size"`    // bytes of the arena that exist
	Before  uint64        `json:"before"`  // bytes copied before anybody stood
	After   uint64        `json:"after"`   // bytes copied while users stood
	Users   int           `json:"users"`   // that lived
	Stopped time.Duration `json:"stopped"` // how long they stood, nanoseconds
}

// Copy makes the arena to, which must not be there, a copy of the arena from, on the
// same backing or another one. Offsets mean the same in both.
//
// The copy is as of one instant, all of it: words of the allocator, objects, and the
// bytes of users. If nobody uses from, nobody can begin to before Copy is done. If
// somebody does, most is copied while all go on; then calls of the library wait, and
// everything else that these processes do, until what has changed since is copied: a
// tenth of a second a GiB of arena, a second on a slow machine. They are held by
// tracing them, of which neither they nor their parents see anything, and this process
// killed meanwhile they go on by themselves. They must be in the same PID namespace, processes that this one may trace
// (or signal, see CopyOptions.Stop), and not this one, which has to go on: else ErrBusy,
// and nobody waits. IRIX had nothing like it.
//
// In the copy nobody lives. Its users are recovered by who joins it, as after their
// deaths at that instant: their blocks are orphans, their locks tell.
//
// A copy in a System V segment cannot grow; it has the address space of the original's
// MaxSize, of which only what is used takes memory. fs.ErrExist, ErrNoSpace, ErrInvalid
// for an anonymous copy, which nobody could reach; damage is copied, Check tells. A
// Copy that fails or is killed leaves nothing of that name.
func Copy(ctx context.Context, from, to string, opt CopyOptions) (Copied, error) {
	a, err := backing.Parse(from)
	if err != nil {
		return Copied{}, err
	}
	b, err := backing.Parse(to)
	if err != nil {
		return Copied{}, err
	}
	if b.Anonymous() {
		return Copied{}, errs.Wrap(errs.Invalid, "copy", "%s: an anonymous copy would be gone at once; name a file, shm:/name or sysv:KEY", to)
	}
	return copyArena(ctx, a, b, opt)
}
