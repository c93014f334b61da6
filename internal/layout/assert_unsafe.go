package layout

import "unsafe"

// The compiler proves the layout: each line assigns an array of the length that
// is to an array of the length that must be, and an error prints both numbers.
var (
	_ [HeaderSize]byte   = [unsafe.Sizeof(Header{})]byte{}
	_ [ConstSize]byte    = [unsafe.Offsetof(Header{}._constEnd)]byte{}
	_ [UserSize]byte     = [unsafe.Sizeof(User{})]byte{}
	_ [LedgerSize]byte   = [unsafe.Sizeof(Ledger{})]byte{}
	_ [LaneSize]byte     = [unsafe.Sizeof(Lane{})]byte{}
	_ [HeapLineSize]byte = [unsafe.Sizeof(HeapLine{})]byte{}
	_ [RegionSize]byte   = [unsafe.Sizeof(Region{})]byte{}
	_ [BitsSize]byte     = [unsafe.Sizeof(Bits{})]byte{}
	_ [BitWordSize]byte  = [unsafe.Sizeof(BitWord{})]byte{}
	_ [TenantsSize]byte  = [unsafe.Sizeof(Tenants{})]byte{}
	_ [ObjectSize]byte   = [unsafe.Sizeof(Object{})]byte{}
	_ [GaugeSize]byte    = [unsafe.Sizeof(Gauge{})]byte{}
	_ [EntrySize]byte    = [unsafe.Sizeof(Entry{})]byte{}

	// Words that different processes write lie on cache lines of their own.
	_ [0x200]byte = [unsafe.Offsetof(Header{}.Committed)]byte{}
	_ [0x240]byte = [unsafe.Offsetof(Header{}.Root)]byte{}
	_ [0x280]byte = [unsafe.Offsetof(Header{}.Epoch)]byte{}
	_ [0x2c0]byte = [unsafe.Offsetof(Header{}.Objects)]byte{}
	_ [0x300]byte = [unsafe.Offsetof(Header{}.UsedPages)]byte{}
	_ [0x40]byte  = [unsafe.Offsetof(Region{}.Dirty)]byte{}

	_ [CompanionIDOff]byte = [unsafe.Offsetof(Header{}.CompanionID)]byte{}

	_ [SetupOff]byte = [unsafe.Offsetof(Header{}.Setup)]byte{}
	_ [BitsR]byte    = [unsafe.Offsetof(BitWord{}.R)]byte{}
	_ [BitsK]byte    = [unsafe.Offsetof(BitWord{}.K)]byte{}
	_ [BitsHint]byte = [unsafe.Offsetof(BitWord{}.Hint)]byte{}

	// Fields fit their words.
	_ [0]byte = [(MaxUsers >> slotBits)]byte{}
	_ [0]byte = [(MaxArena >> PageShift >> lenBits)]byte{}
	_ [0]byte = [(Classes >> classBits)]byte{}
	_ [0]byte = [MaxArena/CellUnit - 1 - CellOffset]byte{}
	_ [0]byte = [(MaxProcs - 1) >> heapBits]byte{}
	_ [0]byte = [(MaxUsers / ObjectSlot)]byte{}
	_ [0]byte = [(MaxArena / ObjectUnit) >> 32 >> 1]byte{}
	_ [0]byte = [optionsEnd >> (headMaker - headOptions) >> 1]byte{}
	_ [0]byte = [objectKindsEnd >> headState]byte{}
)
