package repair

import (
	"usarena/info"
	"usarena/internal/layout"
)

// repairer is one repair.
type repairer struct {
	name   string
	d      *disk
	head   *layout.Header // proven or made plausible; only its constants are used
	geo    layout.Geometry
	pages  uint64 // that exist
	have   uint64 // of these the file had
	report info.Repaired

	users   []uint64            // words of the slots as they were, by slot
	intents map[uint64][]intent // half-done operations, by semaphore
	drops   map[uint64]bool     // blocks that were being freed
	next    []uint32            // see prepare
	heads   []uint32
	frees   []uint32
	junk    []uint32
	used    uint64      // pages in use
	partial [][2]uint64 // classes with room, by region
}

// Run repairs the arena in s, which nobody uses. An error means that it cannot be
// repaired; the file is then not worth anything. Whether the result is sound is
// the checker's to say.
func Run(s Store, name string) (info.Repaired, error) {
	d, err := newDisk(s)
	x := &repairer{name: name, d: d, report: info.Repaired{Changes: []info.Change{}, Salvaged: []info.Salvage{}, Lost: []info.Finding{}}}
	if err == nil {
		err = x.header()
	}
	if err == nil {
		err = x.extent()
	}
	if err != nil {
		return x.report, err
	}
	x.partial = make([][2]uint64, x.geo.Regions)
	x.readUsers()
	x.readLanes()
	x.prepare()
	row := x.resolve(x.settle())
	x.next, x.heads, x.frees, x.junk = nil, nil, nil, nil
	x.write(row)
	x.missing(row)
	x.objects(row)
	x.freeUsers()
	x.idleLanes()
	x.clearTables()
	x.root(row)
	x.hints(row)
	return x.report, d.flush()
}

// lock is region i's lock word.
func (x *repairer) lock(i uint64) uint32 { return x.half(x.geo.RegionsOff + i*layout.RegionSize) }

// pads zeroes the padding of the record at off.
func (x *repairer) pads(list []layout.Pad, off uint64) {
	for _, p := range list {
		if p.Size == 4 {
			x.setHalf(info.KindReserved, off+p.Off, 0, "%s", p.Name)
			continue
		}
		for at := off + p.Off; at < off+p.Off+p.Size; at += 8 {
			x.set(info.KindReserved, at, 0, "%s", p.Name)
		}
	}
}

// Possible says whether the header of the arena in s can be repaired, without a
// change to s: nil, or why not.
func Possible(s Store, name string) error {
	d, err := newDisk(s)
	if err != nil {
		return err
	}
	x := &repairer{name: name, d: d}
	if err := x.header(); err != nil {
		return err
	}
	if d.size <= x.geo.DataOff {
		return x.nothingLeft()
	}
	return d.err
}
