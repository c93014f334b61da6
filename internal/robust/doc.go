// Package robust is what survives a death: the words of locks, semaphores and
// their kin, the records that they lie in, and how all of it is recovered. Its
// calls do not wait; package sync does, and package alloc uses the lock word for
// its regions.
//
// Trust: a word names a slot and a generation; whether that user lives is
// answered by the kernel (Oracle), never by a word. Any byte of a record may be
// wrong: whatever is read is checked against the geometry and used once.
//
// Nouns. An object is one record in a run of objects. A Table is one user's view
// of an arena's objects. A user is gone if it has died or left. doc/LOCKING.md
// has the protocols; their steps stand in comments here and in package sync.
//
// Reading order: lock.go, table.go, record_unsafe.go, make.go, sema.go, undo.go,
// waits.go, history.go, recover.go.
package robust
