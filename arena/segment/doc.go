// Package segment is shared memory without a heap: a raw segment of one of the four
// families that Linux has, behind one handle.
//
//	OpenPOSIX   a POSIX shared memory object, by name      (shm_open, shm_unlink)
//	Get, ByID   a System V segment, by key or identifier   (shmget, shmat, shmdt, shmctl)
//	OpenFile    a file                                      (open, mmap)
//	NewMemfd    nameless memory that can be sealed          (memfd_create)
//
// Other programs see the same objects: ipcs lists what Get makes, a C program's
// shm_open finds what OpenPOSIX makes, and the other way round.
//
// A Segment is opened, attached as often as one likes, also several times in one
// process, and closed. Opening does not attach: an object may be empty. Attach never
// maps what is not there, so that no access faults for want of a page that was never
// made: where an object is too short, Extend makes room first. A file that another
// process shortens afterwards still faults; a memfd sealed by Seal, and a System V
// segment, cannot be shortened.
//
// Memory that Attach gives must not be touched after Detach or Close. Nothing here
// says who may change what when: that is up to the processes, with a lock of an
// arena, for example. A process that dies takes its attachments with it; objects and
// their contents stay, until they are removed.
//
// Methods may be called from any goroutine. Errors name the operation and the object,
// and wrap the errno: fs.ErrExist, fs.ErrNotExist and fs.ErrPermission match.
//
// Other systems than Linux have none of this: errors.ErrUnsupported.
package segment
