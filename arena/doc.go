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
// # Where to put it
//
// A file in /dev/shm, or shm:/name, which is the same: memory, and nothing to write
// back. A file on a disk (ext4, xfs) outlives a restart of the machine, if it is
// closed first; until then the kernel writes pages back when it likes, in no order.
// memfd: leaves nothing behind and cannot be cut off, for processes that a common
// parent starts; others reach it as /proc/PID/fd/N while it lives. sysv:KEY is a System
// V segment, for programs that look for one by its key, in ipcs or with shmat: it has
// all its size from the start and cannot grow or be cut off. Beside it there is a file,
// /dev/shm/usarena-sysv-KEY, that tells who lives; Remove takes both.
//
//   - Containers get 64 MiB of /dev/shm unless they are started with more (docker run
//     --shm-size, in Kubernetes a memory-backed emptyDir mounted there). Pages are
//     reserved as the arena grows, so what is too small is ErrNoSpace, whose text has
//     the size that was found, never a signal.
//   - Containers share an arena if they mount the same /dev/shm (--ipc=container:NAME)
//     or the same directory. Their process ids differ then, which nothing here goes by:
//     who lives is told by locks, and they work across pid namespaces.
//   - Segments belong to an IPC namespace: a container that has the lock file but
//     another IPC namespace is refused (ErrFileSystem).
//   - systemd removes what a user has in /dev/shm and in System V segments when he has
//     logged out everywhere, with RemoveIPC=yes in logind.conf, which is the default:
//     for daemons run as an ordinary user set it to no, or make them system users.
//   - A tmpfs is swapped, if there is swap. Its pages count for the memory control
//     group of who grew the arena. At that group's limit the kernel kills a process, as
//     it does for any memory; the others go on. With MaxSize well below the limit it is
//     ErrNoSpace.
//   - NFS, SMB, 9P, FUSE and their like are refused (ErrFileSystem): memory and locks
//     are not shared there as an arena needs it.
//
// # Memory order
//
// Words in the arena that several users change are changed with sync/atomic or
// under a lock of package sync, as between goroutines. The race detector does
// not see mapped memory.
//
// Reading order: arena_unsafe.go, init.go, retry.go, attach_linux.go, slot.go,
// recover.go, close.go, guard.go, poison.go, create_linux.go, header.go, then ptr_unsafe.go, cell.go,
// share.go, share_rules.go, command_linux.go, and copy_linux.go with still_linux.go.
package arena
