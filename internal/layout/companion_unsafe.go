package layout

import (
	"hash/crc32"
	"unsafe"
)

// Bytes is the companion as its file holds it.
func (c *Companion) Bytes() []byte { return (*[CompanionSize]byte)(unsafe.Pointer(c))[:] }

// Sum is the checksum of the constant part.
func (c *Companion) Sum() uint32 {
	own := *c
	own.Checksum = 0
	return crc32.Checksum(own.Bytes()[:CompanionState], castagnoli)
}

var (
	_ [CompanionSize]byte  = [unsafe.Sizeof(Companion{})]byte{}
	_ [CompanionState]byte = [unsafe.Offsetof(Companion{}.State)]byte{}
)
