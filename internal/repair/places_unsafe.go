package repair

import (
	"unsafe"

	"usarena/internal/layout"
)

// Places of fields in records.
const (
	offSize      = uint64(unsafe.Offsetof(layout.Header{}.Size))
	offChecksum  = uint64(unsafe.Offsetof(layout.Header{}.Checksum))
	offCommitted = uint64(unsafe.Offsetof(layout.Header{}.Committed))
	offRoot      = uint64(unsafe.Offsetof(layout.Header{}.Root))
	offFreeze    = uint64(unsafe.Offsetof(layout.Header{}.Freeze))
	offObjects   = uint64(unsafe.Offsetof(layout.Header{}.Objects))
	offHistory   = uint64(unsafe.Offsetof(layout.Header{}.History))
	offHistOn    = uint64(unsafe.Offsetof(layout.Header{}.HistoryState))
	offRunIndex  = uint64(unsafe.Offsetof(layout.Header{}.RunIndex))
	offUsed      = uint64(unsafe.Offsetof(layout.Header{}.UsedPages))
	offHigh      = uint64(unsafe.Offsetof(layout.Header{}.HighPages))

	offArgs   = uint64(unsafe.Offsetof(layout.Lane{}.Args))
	offSeen   = uint64(unsafe.Offsetof(layout.Lane{}.Seen))
	offPassed = uint64(unsafe.Offsetof(layout.Lane{}.Passed))
	offBell   = uint64(unsafe.Offsetof(layout.Ledger{}.Bell))

	offDirty   = uint64(unsafe.Offsetof(layout.Region{}.Dirty))
	offMost    = uint64(unsafe.Offsetof(layout.Region{}.Most))
	offPartial = uint64(unsafe.Offsetof(layout.Region{}.Partial))

	offHint    = uint64(layout.BitsHint)
	offEntries = uint64(unsafe.Offsetof(layout.Tenants{}.Who))

	offWord    = uint64(unsafe.Offsetof(layout.Object{}.Word))
	offLock    = uint64(unsafe.Offsetof(layout.Object{}.Lock))
	offWaiters = uint64(unsafe.Offsetof(layout.Object{}.Waiters))
	offBroken  = uint64(unsafe.Offsetof(layout.Object{}.Broken))
	offFlags   = uint64(unsafe.Offsetof(layout.Object{}.Flags))
	offOwnerPC = uint64(unsafe.Offsetof(layout.Object{}.OwnerPC))
	offLastPC  = uint64(unsafe.Offsetof(layout.Object{}.LastPC))
)

// headerOf copies a header out of words.
func headerOf(words []uint64) *layout.Header {
	h := new(layout.Header)
	copy(unsafe.Slice((*uint64)(unsafe.Pointer(h)), layout.HeaderSize/8), words)
	return h
}

// constsOf are the words of a header's constant part.
func constsOf(h *layout.Header) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(h)), layout.ConstSize/8)
}

// constBytes are its bytes; changes to them stay.
func constBytes(h *layout.Header) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(h)), layout.ConstSize)
}
