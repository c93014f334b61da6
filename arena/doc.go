// Package arena is the front door: unrelated processes, started by anybody at
// any time, map one file and share a heap in it.
//
//	a, err := arena.Init("/dev/shm/demo", nil) // create or join
//	p, err := arena.New[Node](a)               // a typed, zeroed block
//	p.In(a).Value = 42                         // used like any Go memory
//	arena.CasRoot(a, arena.Ptr[Node]{}, p)     // published for the others
//
// # Trust
//
// Users of one arena trust each other's data, not each other's survival: any of
// them may be killed at any instruction. Any byte of the file may be wrong:
// joining, reading and freeing answer with errors, never with a panic or an
// endless loop.
//
// # Nouns
//
// An arena is a file, see Init for its names. A user is one attachment of one
// process, with a slot in the arena's user table; its life is a lock that the
// kernel drops when the process dies. An Offset refers to a place; Ptr, Slice
// and Cell are offsets with a type. The first datum (root) is the one cell by
// which users find everything else.
//
// # Life
//
// Joining takes a slot; a slot whose user has died is recovered first, and so
// are dead users before an allocation reports that the arena is full, on
// Recover, and by the optional reaper. Recovery keeps a dead user's blocks (or
// frees them, config.ReclaimOnDeath), since the living may refer to them.
//
// Close waits for calls in progress and unmaps. Addresses and slices handed out
// before must not be used afterwards.
//
// Pages that the file loses, because somebody truncates it, are met by a call or
// inside Guard: the attachment is poisoned then, and says so (ErrTruncated). Met
// anywhere else they kill the process, as with any mapped file. memfd arenas are
// sealed against that.
//
// # Memory order
//
// Words in the arena that several users change are changed with sync/atomic or
// under a lock of package sync, as between goroutines. The race detector does
// not see mapped memory.
//
// Reading order: arena_unsafe.go, init.go, retry.go, attach_linux.go, slot.go,
// recover.go, close.go, guard.go, poison.go, create_linux.go, header.go, then ptr_unsafe.go, cell.go,
// share.go, share_rules.go, and command_linux.go.
package arena
