package info

import (
	"testing"

	"usarena/internal/layout"
)

// Where the runs of the sample of objects begin.
const (
	pageUnits   = 0   // records of 64 bytes
	pagePairs   = 1   // of 128
	pageFours   = 2   // of 256
	pageRing    = 256 // of 8192: two pages, in the second window and region
	objectPages = 900
)

// Which record of its run is what.
const (
	recFree = iota // pageUnits
	recHeld
	recDied
	recLost
	recKept
	recCondition
	recMaking
	recAgain // free, but there was an object
)
const (
	recSema = iota // pagePairs
	recMeter
	recRW
	recBarrier
	recWas // free
)
const (
	recUndo = iota // pageFours
	recPoll
)

// Users of the sample: 1 and 2 live, 4 died, the others are free.
const (
	gen1 = 7
	gen2 = 3
	gen3 = 9 // of slot 3 when it was used last
	gen4 = 2
)

// at is the offset of record i of the run at page.
func (m *maker) at(page, i uint64) uint64 {
	size := map[uint64]uint64{pageUnits: 64, pagePairs: 128, pageFours: 256, pageRing: 8192}[page]
	return m.g.DataOff + page<<layout.PageShift + i*size
}

// head makes a live object and returns where it is.
func (m *maker) head(page, i uint64, kind layout.ObjectKind, options uint64) uint64 {
	off := m.at(page, i)
	m.put(off, uint64(layout.MakeHead(kind, layout.ObjectLive, options, 0, 3)))
	return off
}

// half puts a word of 32 bits.
func (m *maker) half(off uint64, v uint32) {
	shift := off & 4 * 8
	w := &m.w[off/8]
	*w = *w&^((1<<32-1)<<shift) | uint64(v)<<shift
}

func (m *maker) bitsOf(off uint64, slots ...int) {
	for _, s := range slots {
		m.w[(off+bitsAt(uint64(s)/64))/8] |= 1 << (s % 64)
	}
}

// waits has a user say that n goroutines wait for the object at off.
func (m *maker) waits(slot, i int, off uint64, n int, how uint8) {
	m.put(m.g.LedgersOff+uint64(slot-1)*layout.LedgerSize+uint64(i)*8, layout.WaitWord(off, n, how))
}

// link makes the chain of runs, newest first.
func (m *maker) link(pages ...uint64) {
	at := uint64(offObjects)
	for _, p := range pages {
		m.put(at, p+1)
		at = m.bitsAt(p) + offHint
	}
	m.put(at, 0)
}

// objectSample is a sound arena that has one of every object.
func objectSample(t testing.TB) *maker {
	t.Helper()
	m := newMaker(t, 4<<20, 8, objectPages)
	m.user(1, layout.UserLive, gen1)
	m.user(2, layout.UserLive, gen2)
	m.user(3, layout.UserFree, gen3)
	m.user(4, layout.UserDead, gen4)
	m.put(m.userAt(1)+offUserPid, 4711)
	m.put(m.userAt(2)+offUserPid, 4712)
	for page, class := range map[uint64]int{pageUnits: 0, pagePairs: 1, pageFours: 2, pageRing: 7} {
		size, _ := layout.ObjectBytes(uint16(class))
		m.state(page, layout.ObjectRun(layout.ObjectPages(size), class))
	}
	m.state(pageFours+1, layout.FreeRun(pageRing-pageFours-1))
	m.link(pageRing, pageFours, pagePairs, pageUnits)

	m.head(pageUnits, recFree, layout.LockObject, 0)
	m.half(m.head(pageUnits, recHeld, layout.LockObject, 0)+offLock, layout.LockWord(1, gen1)|layout.LockWaiters)
	m.half(m.head(pageUnits, recDied, layout.LockObject, 0)+offLock, layout.LockInconsistent)
	m.half(m.head(pageUnits, recLost, layout.LockObject, 0)+offLock, layout.LockDead)
	m.half(m.head(pageUnits, recKept, layout.LockObject, layout.OptionKept)+offLock, layout.LockWord(3, 1))
	m.head(pageUnits, recCondition, layout.ConditionObject, 0)
	m.put(m.at(pageUnits, recMaking), uint64(layout.MakeHead(layout.LockObject, layout.ObjectMaking, 0, 1, 3)))
	m.put(m.at(pageUnits, recMaking)+offWord, 5)
	m.put(m.at(pageUnits, recAgain), uint64(layout.MakeHead(layout.NoObject, layout.ObjectFree, 0, 0, 4)))

	off := m.head(pagePairs, recSema, layout.SemaObject, 0)
	m.put(off+offWord, uint64(layout.SemaWord(0).WithValue(5)|layout.SemaWatched|layout.SemaStarving))
	m.half(off+offFlags, layout.WatchMeter|layout.WatchOwner)
	for i := range uint64(6) {
		m.put(off+offCounts+i*8, 10+i)
	}
	m.half(off+offOwnerPid, 4711)
	m.half(off+offLastPid, 4712)
	m.put(off+offLastPC, 0x1234)
	off = m.head(pagePairs, recMeter, layout.LockObject, layout.OptionMeter|layout.OptionTell)
	m.half(off+offLock, layout.LockWord(4, gen4))
	m.put(off+offCounts+8*layout.LockTries, 30)
	m.put(off+offCounts+8*layout.LockHits, 20)
	m.put(off+offCounts+8*layout.LockSpins, 10)
	m.bitsOf(m.head(pagePairs, recRW, layout.RWLockObject, 0), 1, 2, 4)
	off = m.head(pagePairs, recBarrier, layout.BarrierObject, 0)
	m.put(off+offWord, uint64(layout.MakeBarrier(12, 2)))
	m.half(off+offBroken, 4)
	m.bitsOf(off, 1, 2)

	off = m.head(pageFours, recUndo, layout.SemaObject, layout.OptionUndo)
	m.put(off+offWord, uint64(layout.SemaWord(0).WithValue(1).Tagged(8*4-1, 77)))
	m.put(off+slotAt(1), 2)
	m.put(off+slotAt(4), 1)
	off = m.head(pageFours, recPoll, layout.PollSemaObject, 0)
	m.put(off+slotAt(2), layout.PollWord(layout.PollQueued, 9))

	off = m.head(pageRing, 0, layout.HistoryObject, 0)
	m.put(off+offWord, 200) // more than the ring has room for
	m.put(offHistory, off)
	m.put(offHistOn, layout.HistoryOn)

	m.waits(1, 0, m.at(pagePairs, recBarrier), 2, layout.Waiting)
	m.waits(2, 0, m.at(pageUnits, recHeld), 3, layout.Waiting)
	m.waits(2, 3, m.at(pageFours, recPoll), 1, layout.WaitingPoll)
	m.waits(4, 0, m.at(pageUnits, recHeld), 9, layout.Waiting) // dead: does not count
	m.waits(3, 0, m.at(pageUnits, recHeld), 9, layout.Waiting) // free: its ledger means nothing
	return m
}

// pageUnitsEnd is how many records of 64 bytes fill their page.
const pageUnitsEnd = layout.PageSize / layout.ObjectUnit
