// Package liveness tells which users of an arena live. A user's life is a write
// lock of the kernel on one byte of the arena's file, LockByte(slot), held
// through an open file description of its own: the kernel drops it when the
// process is gone, and not before its last thread has stopped writing.
//
// Trust: only the kernel is asked. No pid, no clock, no word of the arena. An
// answer that cannot be had is "not dead".
//
// Nouns. The hold is the description that holds the bytes of this attachment and
// is used for nothing else. The probe is the description that asks about and
// claims other users' bytes: a question through the hold would not see the
// hold's own locks and call this very process dead. To claim is to take a dead
// user's byte, which makes the claimant the only one to repair what it left. The
// use byte is read-locked by every user; who write-locks it is alone.
//
// A stopped process keeps its locks, so it is alive. A zombie has lost them, so
// it is dead. A lock belongs to the description: closing other descriptors of
// the file does not matter, a descriptor that leaks into a child does.
//
// Reading order: keeper_linux.go, claim_linux.go, use_linux.go, pin_linux.go,
// lock_linux.go, selftest_linux.go.
package liveness
