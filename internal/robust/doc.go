// Package robust is what survives a death: the lock protocol on 32-bit lock
// words, and the questions that recovery asks about users.
//
// Trust: a lock word names a slot and a generation; whether that user lives is
// answered by the kernel (Oracle), never by a word.
package robust
