package image_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"unsafe"

	"usarena/internal/layout"
)

// file is an arena file in memory: only pages that hold something exist.
type file struct {
	g     layout.Geometry
	pages map[uint64][]byte
	size  uint64
	name  string
}

func (f *file) page(off uint64) []byte {
	at := off &^ layout.PageMask
	if f.pages[at] == nil {
		f.pages[at] = make([]byte, layout.PageSize)
	}
	return f.pages[at]
}

func (f *file) put(off, v uint64) {
	binary.NativeEndian.PutUint64(f.page(off)[off&layout.PageMask&^7:], v)
}

func (f *file) get(off uint64) uint64 {
	if f.pages[off&^layout.PageMask] == nil {
		return 0
	}
	return binary.NativeEndian.Uint64(f.page(off)[off&layout.PageMask&^7:])
}

func (f *file) clone() *file {
	c := *f
	c.pages = make(map[uint64][]byte, len(f.pages))
	for at, b := range f.pages {
		c.pages[at] = append([]byte(nil), b...)
	}
	return &c
}

// header is the header of the file; changes to it stay.
func (f *file) header() *layout.Header { return layout.HeaderOf(f.page(0)) }

// seal makes the checksum right.
func (f *file) seal() { f.header().Checksum = f.header().Sum() }

// write stores the file under a name, with holes where there is nothing.
func (f *file) write(name string) error {
	w, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.Truncate(int64(f.size)); err != nil {
		return err
	}
	for at, b := range f.pages {
		if at < f.size {
			if _, err := w.WriteAt(b[:min(layout.PageSize, f.size-at)], int64(at)); err != nil {
				return err
			}
		}
	}
	return nil
}

// bytes is the whole file, for small ones.
func (f *file) bytes() []byte {
	b := make([]byte, f.size)
	for at, p := range f.pages {
		if at < f.size {
			copy(b[at:], p)
		}
	}
	return b
}

// empty is an arena of so many pages out of a ceiling in bytes.
func empty(name string, ceiling, users, pages, flags uint64) *file {
	g, err := layout.Plan(ceiling, users)
	if err != nil {
		panic(err) // a mistake in the table below
	}
	pages = min(pages, g.MaxPages)
	f := &file{g: g, pages: map[uint64][]byte{}, size: g.FileSize(pages), name: name}
	h := f.header()
	h.Size, h.MaxSize, h.Mode, h.Flags = min(64<<10, ceiling), ceiling, 0o600, flags
	h.Created, h.Nonce = 1, [2]uint64{2, 3}
	h.Committed.Store(pages)
	h.Place(&g)
	if flags&layout.FlagNoReserve != 0 {
		f.size = g.FileSize(g.MaxPages)
	}
	return f
}

func (f *file) user(slot, state int, gen uint16) {
	f.put(f.g.UsersOff+uint64(slot-1)*layout.UserSize, layout.UserWord(state, gen))
}

func (f *file) lock(region uint64, word uint32) {
	f.put(f.g.RegionsOff+region*layout.RegionSize, uint64(word))
}

func (f *file) state(page uint64, s layout.State) {
	f.put(f.g.StatesOff+page*layout.StateSize, uint64(s))
}

// run puts a run at page and gives the page behind it.
func (f *file) run(page uint64, s layout.State) uint64 {
	f.state(page, s)
	rp := f.g.RegionPages()
	for q := (page/rp + 1) * rp; s.Kind() != layout.Free && q < page+s.Len(); q += rp {
		f.state(q, layout.ContOf(q-page, min(rp, page+s.Len()-q)))
	}
	return page + s.Len()
}

// span puts a span at page whose first words of bits are a, r and k.
func (f *file) span(page uint64, s layout.State, a, r, k uint64) uint64 {
	f.state(page, s)
	c := layout.ClassTable[s.Class()]
	for i := uint64(1); i < uint64(c.Pages); i++ {
		f.state(page+i, layout.BackTo(i))
	}
	if c.Blocks < 64 {
		a &= 1<<c.Blocks - 1
	}
	at := f.g.BitsOff + page*layout.BitsSize
	f.put(at, a)
	f.put(at+layout.BitsR, r&a)
	f.put(at+layout.BitsK, k&a&^r)
	return page + uint64(c.Pages)
}

// bases are sound arenas. A user in them is a dead one: nobody holds its byte.
var bases = sync.OnceValue(func() []*file {
	var all []*file
	add := func(f *file) *file { f.seal(); all = append(all, f); return f }

	f := add(empty("tiny", 64<<10, 8, 99, layout.FlagNoAutoGrow))
	f.user(1, layout.UserLive, 7)
	at := f.span(0, layout.OwnedSpan(3, 2, 1, 7, 5), 0b1110111, 0b010, 0)
	at = f.span(at, layout.OwnedSpan(5, 2, 1, 6, 5).Disowned()|layout.Room, 0b111, 0b010, 0)
	at = f.run(at, layout.LargeRun(3, 1, 7))
	at = f.run(at, layout.PendingRun(2))
	f.run(at, layout.FreeRun(1))

	f = add(empty("grows", 64<<20, 8, 20, 0))
	f.user(2, layout.UserLeaving, 1)
	f.user(8, layout.UserFree, 9)
	at = f.span(0, layout.OwnedSpan(12, layout.InHand, 2, 1, 0), ^uint64(0), 1<<40, 0)
	at = f.span(at, layout.OwnedSpan(40, 0, 2, 1, 0), 0, 0, 0)
	f.run(at, layout.LargeRun(1, 0, 0))

	f = add(empty("regions", 8<<20, 8, 1<<20, layout.FlagNoAutoGrow))
	f.user(1, layout.UserLive, 3)
	at = f.span(0, layout.OwnedSpan(0, 1, 1, 3, 9), 5, 4, 0)
	at = f.run(at, layout.LargeRun(400, 1, 3))
	at = f.run(at, layout.FreeRun(f.g.RegionPages()*2-at))
	at = f.run(at, layout.FreeRun(f.g.RegionPages()-1))
	at = f.run(at, layout.PendingRun(300))
	f.run(at, layout.LargeRun(1, 1, 2))
	f.lock(1, layout.LockWord(1, 3))

	f = add(empty("default", 16<<30, 8, 14, 0))
	f.user(1, layout.UserLive, 3)
	at = f.run(0, layout.LargeRun(9, 1, 3))
	f.span(at, layout.OwnedSpan(20, 0, 1, 3, 9), 1, 0, 0)

	f = add(empty("unreserved", 8<<20, 8, 64, layout.FlagNoReserve))
	f.run(0, layout.PendingRun(60))

	f = add(empty("alone", 64<<10, 1, 99, layout.FlagNoAutoGrow))
	f.user(1, layout.UserLive, 1)
	f.run(1, layout.LargeRun(1, 1, 1))
	f.run(0, layout.FreeRun(1))
	f.lock(0, layout.LockWord(1, 1))

	add(empty("virgin", 1<<20, 8, 1<<20, layout.FlagNoAutoGrow))

	f = add(empty("orphans", 1<<20, 100, 1<<20, layout.FlagReclaimOnDeath|layout.FlagNoAutoGrow))
	f.user(99, layout.UserLive, 2)
	at = f.span(0, layout.OwnedSpan(9, 0, 98, 5, 1).Disowned()|layout.Tagged, 0b1111, 0b100, 0b010)
	f.put(f.g.TenantsOff, 0o2111)
	f.put(f.g.TenantsOff+uint64(unsafe.Offsetof(layout.Tenants{}.Who))&^7, uint64(layout.LockWord(98, 5)|layout.TenantDead)<<32)
	f.put(f.g.TenantsOff+uint64(unsafe.Offsetof(layout.Tenants{}.Who))&^7+8, uint64(layout.LockWord(99, 2)))
	at = f.span(at, layout.OwnedSpan(9, 0, 98, 5, 1).Disowned()|layout.Orphaned, 0b1111, 0b100, 0b010)
	at = f.run(at, layout.LargeRun(2, 98, 5)|layout.Orphaned)
	at = f.span(at, layout.OwnedSpan(71, 3, 99, 2, 1), 1, 0, 0)
	f.run(at, layout.LargeRun(2, 99, 2))
	f.lock(0, layout.LockWord(99, 2)|layout.LockWaiters)

	f = add(empty("spans", 256<<10, 8, 1<<20, layout.FlagNoAutoGrow|layout.FlagShare32))
	at = 0
	for c := 0; c < layout.Classes; c += 7 {
		if pages := uint64(layout.ClassTable[c].Pages); at+pages > f.g.MaxPages {
			break
		}
		at = f.span(at, layout.OwnedSpan(c, 0, 3, 1, 0).Disowned()|layout.Room, uint64(1)<<c-1, 0, 0)
	}
	return all
})

func (f *file) String() string { return fmt.Sprintf("%s of %d bytes", f.name, f.size) }
