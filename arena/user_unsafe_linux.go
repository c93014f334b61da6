package arena

import (
	"unsafe"

	"usarena/internal/layout"
)

// userIn is slot s in a private copy of an arena's beginning. The copy is at
// least a page, so it is aligned, and holds the slot.
func userIn(b []byte, usersOff uint64, s int) *layout.User {
	at := usersOff + uint64(s-1)*layout.UserSize
	return (*layout.User)(unsafe.Pointer(&b[at : at+layout.UserSize][0]))
}
