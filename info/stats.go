package info

import (
	"math/bits"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// Stat counts what is in the arena called name, without joining it. Numbers of
// an arena in use are a little apart from each other. Errors as Check's.
func Stat(name string) (Stats, error) {
	var log findings
	v, err := open(name, &log)
	if err != nil {
		return Stats{}, err
	}
	defer v.close()
	var s Stats
	err = v.guard(func() {
		s = v.image.stats(v)
		s.UsersLive = 0
		for slot := 1; slot <= s.UsersMax; slot++ {
			if layout.UserState(v.image.userWord(slot)) != layout.UserFree && !v.Dead(slot) {
				s.UsersLive++
			}
		}
	})
	s.Backing = v.backing()
	return s, err
}

// StatsOf counts what is in a mapped arena: as far as the region's window
// reaches. Backing is left empty, and UsersLive counts all slots in use. If the
// file was cut off, the numbers are those of what was read before.
func StatsOf(r *region.Region) Stats {
	m := overRegion(r)
	s := Stats{Name: m.name, Classes: []ClassStats{}, Objects: []KindStats{}}
	_ = m.guard(func() { s = m.stats(nil) })
	return s
}

func (m *image) stats(o mourner) Stats {
	g := &m.geo
	s := Stats{
		Name:     m.name,
		Size:     m.head.Size,
		MaxSize:  m.head.MaxSize,
		UsersMax: int(g.Users),
		Classes:  []ClassStats{},
		Objects:  []KindStats{},
	}
	s.Committed = g.MetaBytes(m.committed()) + m.committed()<<layout.PageShift
	const each = layout.PageSize + layout.StateSize + layout.BitsSize
	s.UsedBytes = min(uint64(max(int64(m.word(offUsed)), 0)), m.geo.MaxPages) * each
	s.HighBytes = min(m.word(offHigh), m.geo.MaxPages) * each
	for slot := 1; slot <= s.UsersMax; slot++ {
		if layout.UserState(m.userWord(slot)) != layout.UserFree {
			s.UsersLive++
		}
	}
	c := counter{m: m, s: &s, people: newPeople(m, o)}
	for w := newWalker(m); ; {
		r, ok := w.next()
		if !ok {
			break
		}
		c.count(r)
	}
	for i, x := range c.classes {
		if x.Spans > 0 {
			x.Size = uint64(layout.ClassTable[i].Size)
			s.Classes = append(s.Classes, x)
		}
	}
	for _, x := range c.kinds {
		if x.Number > 0 {
			s.Objects = append(s.Objects, x)
		}
	}
	if c.freePages > 0 {
		s.Fragmentation = 1 - float64(s.LargestFree>>layout.PageShift)/float64(c.freePages)
	}
	return s
}

// counter adds up runs.
type counter struct {
	m         *image
	s         *Stats
	people    *people
	classes   [layout.Classes]ClassStats
	kinds     [16]KindStats // as many as an object's head can name
	freePages uint64
	freeFrom  uint64 // where the current stretch of free pages began
	freeEnd   uint64 // and ends
}

func (c *counter) count(r run) {
	bytes := r.pages << layout.PageShift
	switch r.kind {
	case layout.None, layout.Free, layout.Pending:
		c.s.FreeBytes += bytes
		c.freePages += r.pages
		if r.page != c.freeEnd {
			c.freeFrom = r.page
		}
		c.freeEnd = r.page + r.pages
		c.s.LargestFree = max(c.s.LargestFree, (c.freeEnd-c.freeFrom)<<layout.PageShift)
	case layout.Large:
		if r.objects() {
			c.objects(r)
			return
		}
		c.s.LiveBytes += bytes
		c.account(c.m.tenantOfLarge(r.word), bytes)
	case layout.Span:
		class := layout.ClassTable[r.word.Class()]
		b := c.m.blockBits(r.page)
		live := uint64(0)
		for i := range layout.BitWords {
			live += uint64(bits.OnesCount64(b.live(i) & inClass(class, i)))
		}
		x := &c.classes[r.word.Class()]
		x.Spans++
		x.Blocks += uint64(class.Blocks)
		x.Live += live
		x.Free += uint64(class.Blocks) - live
		c.s.LiveBytes += live * uint64(class.Size)
		c.s.FreeBytes += bytes - live*uint64(class.Size)
		c.m.eachLive(r, &b, func(_ int, t tenant) { c.account(t, uint64(class.Size)) })
	}
}

// account adds the bytes of a block to whose they are.
func (c *counter) account(t tenant, bytes uint64) {
	switch {
	case t.orphan:
		c.s.OrphanBytes += bytes
	case t.slot == 0:
		c.s.KeptBytes += bytes
	case c.people.in(t.slot).dead:
		c.s.OrphanBytes += bytes
	default:
		c.s.HeldBytes += bytes
	}
}
