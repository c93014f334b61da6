package arena

import (
	"context"

	"usarena/config"
	"usarena/internal/backing"
)

// Init joins the arena of that name, or creates it when there is none: all
// processes may simply call Init, and one of them creates. The name is
//
//	/path/file, ./file   a regular file, on tmpfs or a disk
//	shm:/name            a POSIX shared memory object
//	memfd:, /dev/zero    anonymous, always new; hand it on with Command
//	sysv:KEY             a System V segment, of a fixed size; KEY is decimal or 0x…
//	sysv:private         one without a key, always new; hand it on with Command
//	/proc/PID/fd/N       what is anonymous, by the descriptor of a process that has it
//
// Which to choose: see the package's comment.
//
// cfg says how the arena is made; nil means defaults. A joiner's cfg is ignored
// but for AttachAddr and Reaper. An arena whose creator chose ResetIdle and that
// no live process uses is made anew, with this cfg.
//
// Init never overwrites anything: a file that is no arena is ErrNotArena, a
// newer one ErrVersion, a damaged one ErrCorrupt or ErrTruncated. It refuses to
// join a file of another user (root's excepted) in a sticky directory that
// anybody may write: ErrForeignOwner. A full user table is ErrTooManyUsers. A
// creator killed half way leaves nothing behind. IRIX: usinit.
func Init(name string, cfg *config.Config) (*Arena, error) {
	return InitContext(context.Background(), name, cfg)
}

// InitContext is Init with an end to waiting: for a slot that is just changing
// hands, or for somebody who is just removing the arena.
func InitContext(ctx context.Context, name string, cfg *config.Config) (*Arena, error) {
	return initialise(ctx, name, cfg, false)
}

// InitFresh is Init as IRIX's usinit does it: an arena that no live process uses
// starts afresh, as with config.ResetIdle, and a file that is no arena is
// overwritten. A damaged or newer arena is still an error. Package us uses it.
func InitFresh(name string, cfg *config.Config) (*Arena, error) {
	return initialise(context.Background(), name, cfg, true)
}

// Create makes a new arena and joins it. A name that is taken is fs.ErrExist.
func Create(name string, cfg *config.Config) (*Arena, error) {
	n, err := backing.Parse(name)
	if err != nil {
		return nil, err
	}
	return create(context.Background(), n, cfg, false)
}

// Join joins an arena that exists: fs.ErrNotExist when there is none,
// ErrNotArena when it is something else. Permissions decide who may.
func Join(name string) (*Arena, error) {
	n, err := backing.Parse(name)
	if err != nil {
		return nil, err
	}
	return retry(context.Background(), n, func() (*Arena, error) {
		return join(context.Background(), n, attachOptions{})
	})
}

// OpenReadOnly attaches without being a user: it takes no slot, needs only
// permission to read, and cannot change anything. It reads, walks and checks;
// whatever would change the arena is ErrReadOnly (PutInfo and CasInfo panic with
// it), and a store through Bytes or In faults. The arena may be removed or reset
// meanwhile; then it goes on showing the old one.
func OpenReadOnly(name string) (*Arena, error) {
	n, err := backing.Parse(name)
	if err != nil {
		return nil, err
	}
	return openReadOnly(n)
}
