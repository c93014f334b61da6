package us

import (
	"sync/atomic"
	"unsafe"

	"usarena/arena"
	"usarena/internal/errs"
)

// PutInfo sets the first datum. It panics with arena.ErrClosed. IRIX: usputinfo.
func PutInfo(a *arena.Arena, info arena.Offset) { a.PutInfo(info) }

// GetInfo is the first datum, 0 in a new arena. It panics with arena.ErrClosed.
// IRIX: usgetinfo.
func GetInfo(a *arena.Arena) arena.Offset { return a.GetInfo() }

// CasInfo sets the first datum to new if it is old. It never fails spuriously.
// It panics with arena.ErrClosed. IRIX: uscasinfo.
func CasInfo(a *arena.Arena, old, new arena.Offset) bool { return a.CasInfo(old, new) }

// Cas sets the 8-byte word at dest, a multiple of 8, to new if it is old. It
// never fails spuriously. Like arena.Bytes it panics for an offset outside the
// arena, and for one that is no multiple. The word is 8 bytes in 32-bit processes
// too. IRIX: uscas.
func Cas(dest arena.Offset, old, new uint64, a *arena.Arena) bool {
	return atomic.CompareAndSwapUint64((*uint64)(word(dest, 8, a)), old, new)
}

// Cas32 is Cas of the 4-byte word at dest, a multiple of 4. IRIX: uscas32.
func Cas32(dest arena.Offset, old, new uint32, a *arena.Arena) bool {
	return atomic.CompareAndSwapUint32((*uint32)(word(dest, 4, a)), old, new)
}

func word(dest arena.Offset, size uint64, a *arena.Arena) unsafe.Pointer {
	if dest%size != 0 {
		panic(errs.Wrap(errs.Invalid, "cas", "%s: %#x is no multiple of %d", a.Name(), dest, size))
	}
	return unsafe.Pointer(unsafe.SliceData(a.Bytes(dest, size)))
}
