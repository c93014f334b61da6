package bench

import (
	"unsafe"

	"usarena/arena"
)

// word is the first word of a block.
func word(a *arena.Arena, p arena.Offset) *uint64 { return (*uint64)(a.Pointer(p)) }

// ringAt sees the ring at p.
func ringAt(a *arena.Arena, p arena.Offset) *ring {
	return (*ring)(unsafe.Pointer(&a.Bytes(p, ringSize)[0]))
}

// tableAt sees the table at p.
func tableAt(a *arena.Arena, p arena.Offset) *table {
	return (*table)(unsafe.Pointer(&a.Bytes(p, tableSize)[0]))
}

const (
	ringSize  = uint64(unsafe.Sizeof(ring{}))
	tableSize = uint64(unsafe.Sizeof(table{}))
)
