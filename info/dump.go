package info

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/bits"

	humanize "github.com/dustin/go-humanize"

	"usarena/internal/layout"
)

// Dump writes the arena called name as text: header, users, then region by
// region every run on a line. Of an arena in use it says so, and each line is
// true of its own moment only. Errors as Check's; a damaged arena is dumped as
// far as its header allows, with what the walk stumbles over.
func Dump(w io.Writer, name string) error {
	var log findings
	v, err := open(name, &log)
	if err != nil {
		return err
	}
	defer v.close()
	out := bufio.NewWriter(w)
	d := dumper{m: v.image, out: out}
	err = v.guard(func() {
		d.people = newPeople(v.image, v)
		d.header(v.backing(), v.anyUser())
		for _, f := range log.list {
			d.damage(f.Finding)
		}
		d.users()
		d.runs()
	})
	return errors.Join(err, out.Flush())
}

type dumper struct {
	m      *image
	out    *bufio.Writer
	people *people
}

func (d *dumper) printf(format string, args ...any) { fmt.Fprintf(d.out, format, args...) }

func (d *dumper) damage(f Finding) { d.printf("!! %s at %#x: %s\n", f.Kind, f.Offset, f.Detail) }

func (d *dumper) header(backing string, live bool) {
	m, g, h := d.m, &d.m.geo, d.m.head
	s := m.stats(d.people.o)
	d.printf("arena %s (%s)", m.name, backing)
	if live {
		d.printf(", in use: lines may contradict each other")
	}
	d.printf("\nversion %d, layout %#08x, nonce %016x%016x\n", h.Version, h.Layout, h.Nonce[0], h.Nonce[1])
	d.printf("committed %s of %s, live %s, free %s\n", size(s.Committed), size(s.MaxSize), size(s.LiveBytes), size(s.FreeBytes))
	d.printf("%d of %d pages, %d regions of %d pages, root %#x\n", m.committed(), g.MaxPages, g.Regions, g.RegionPages(), m.word(offRoot))
	d.printf("zones: users %#x, ledgers %#x, lanes %#x, heaps %#x, regions %#x, states %#x, bits %#x, tenants %#x, guard %#x, data %#x\n",
		g.UsersOff, g.LedgersOff, g.LanesOff, g.HeapsOff, g.RegionsOff, g.StatesOff, g.BitsOff, g.TenantsOff, g.GuardOff, g.DataOff)
}

func size(n uint64) string { return humanize.IBytes(n) }

func (d *dumper) users() {
	for _, u := range d.m.users(d.people) {
		width := ""
		if u.Bits32 {
			width = ", 32 bits"
		}
		d.printf("user %d: %s, generation %d, pid %d, since %s%s\n", u.Slot, u.State, u.Gen, u.Pid, u.Since.UTC().Format("2006-01-02 15:04:05Z"), width)
	}
}

// runs writes the regions and what is in them.
func (d *dumper) runs() {
	w := newWalker(d.m)
	w.bad = func(kind string, page uint64, _ layout.State, format string, args ...any) {
		d.damage(Finding{kind, d.m.stateOff(page), fmt.Sprintf(format, args...)})
	}
	region := uint64(0)
	for {
		r, ok := w.next()
		at := d.m.pages
		if ok {
			at = r.page
		}
		for ; region<<d.m.geo.RegionShift < d.m.pages && region<<d.m.geo.RegionShift <= at; region++ {
			d.region(region)
		}
		if !ok {
			return
		}
		d.run(r)
	}
}

func (d *dumper) region(i uint64) {
	m := d.m
	d.printf("region %d", i)
	if w := m.lock(i); w != layout.LockFree {
		d.printf(", locked by slot %d generation %d", layout.LockSlot(w), layout.LockGen(w))
	}
	dirtyLow, most := m.word(m.regionOff(i)+offDirty), m.word(m.regionOff(i)+offMost)
	d.printf(" (hints: dirty %d, low %d, most %d, classes with room %#x %#x)\n", uint32(dirtyLow), dirtyLow>>32, uint32(most),
		m.word(m.regionOff(i)+offPartial), m.word(m.regionOff(i)+offPartial+8))
}

// run writes one run: page, offset of its data, what it is.
func (d *dumper) run(r run) {
	w := r.word
	d.printf("  page %-8d %#010x  %-8s %6d pages", r.page, d.m.dataOff(r.page), title(r), r.pages)
	switch r.kind {
	case layout.Large:
		if r.objects() {
			d.objects(r)
			return
		}
		d.printf("  %s%s", owner(w, w.Slot() != 0), flag(w, layout.Orphaned, ", orphaned"))
	case layout.Span:
		c := layout.ClassTable[w.Class()]
		b := d.m.blockBits(r.page)
		live, left := 0, d.m.orphans(r, &b)
		for i := range layout.BitWords {
			live += bits.OnesCount64(b.live(i) & inClass(c, i))
		}
		d.printf("  class %d, %d bytes, %d of %d blocks live, %s%s", w.Class(), c.Size, live, c.Blocks, owner(w, w&layout.Owned != 0), flag(w, layout.Room, ", has room")+flag(w, layout.Tagged, ", tagged"))
		if w&layout.Owned != 0 {
			d.printf(" heap %d", w.Heap())
		}
		if left > 0 {
			d.printf(", %d orphans", left)
		}
	}
	d.printf("\n")
}

// objects ends the line of a run of objects and writes a line for each object.
func (d *dumper) objects(r run) {
	size, n := r.recordsOf()
	d.printf("  class %d, %d records of %d bytes\n", r.word.Gen(), n, size)
	for rec := range d.m.records(r) {
		if rec.head.State() == layout.ObjectFree && rec.head.Valid() {
			continue
		}
		x := d.people.object(rec)
		d.printf("    %-9s %#010x  generation %d, %s", x.Kind, x.Offset, x.Generation, x.State)
		if x.Owner != 0 {
			d.printf(", slot %d", x.Owner)
		}
		if x.Waiters > 0 {
			d.printf(", %d wait", x.Waiters)
		}
		d.printf("\n")
	}
}

func title(r run) string {
	switch {
	case r.kind == layout.None:
		return "virgin"
	case r.kind == layout.Back:
		return "LOST"
	case r.word.Kind() == layout.Cont:
		return "left" // a free run that a block left in this region
	case r.objects():
		return "objects"
	}
	return r.kind.String()
}

func owner(w layout.State, owned bool) string {
	if !owned {
		return "nobody's"
	}
	return fmt.Sprintf("slot %d generation %d", w.Slot(), w.Gen())
}

func flag(w, f layout.State, text string) string {
	if w&f == 0 {
		return ""
	}
	return text
}
