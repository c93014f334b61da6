package info

import (
	"unsafe"

	"usarena/internal/layout"
)

// Offsets of the fields of records that are read by name.
const (
	offHead    = uint64(unsafe.Offsetof(layout.Object{}.Head))
	offWord    = uint64(unsafe.Offsetof(layout.Object{}.Word))
	offLock    = uint64(unsafe.Offsetof(layout.Object{}.Lock))
	offWaiters = uint64(unsafe.Offsetof(layout.Object{}.Waiters))
	offBroken  = uint64(unsafe.Offsetof(layout.Object{}.Broken))
	offFlags   = uint64(unsafe.Offsetof(layout.Object{}.Flags))
	offOwnerPC = uint64(unsafe.Offsetof(layout.Object{}.OwnerPC))
	offLastPC  = uint64(unsafe.Offsetof(layout.Object{}.LastPC))

	offCounts   = layout.ObjectGauge + uint64(unsafe.Offsetof(layout.Gauge{}.Counts))
	offOwnerPid = layout.ObjectGauge + uint64(unsafe.Offsetof(layout.Gauge{}.OwnerPid))
	offLastPid  = layout.ObjectGauge + uint64(unsafe.Offsetof(layout.Gauge{}.LastPid))

	offWaits = uint64(unsafe.Offsetof(layout.Ledger{}.Waits))
	offMore  = uint64(unsafe.Offsetof(layout.Ledger{}.More))
	waits    = uint64(unsafe.Sizeof(layout.Ledger{}.Waits) / 8)
)
