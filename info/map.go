package info

import (
	"bufio"
	"errors"
	"io"
	"math/bits"

	"usarena/internal/layout"
	"usarena/internal/picture"
)

// Map draws the heap of the arena called name for a terminal of width columns:
// a mark a page or a group of pages, by what they hold, then a legend with
// numbers. color asks for escape codes. It reads only; errors as Check's.
func Map(w io.Writer, name string, width int, color bool) error {
	return draw(w, name, func(w io.Writer, h *picture.Heap) error { return picture.Text(w, h, width, color) })
}

// MapSVG draws the same as an SVG file.
func MapSVG(w io.Writer, name string) error { return draw(w, name, picture.SVG) }

func draw(w io.Writer, name string, f func(io.Writer, *picture.Heap) error) error {
	var log findings
	v, err := open(name, &log)
	if err != nil {
		return err
	}
	defer v.close()
	out := bufio.NewWriter(w)
	var failed error
	err = v.guard(func() {
		h := v.image.heap(v)
		h.Backing, h.InUse = v.backing(), v.anyUser()
		failed = f(out, h)
	})
	return errors.Join(err, failed, out.Flush())
}

// heap is the image as pictures want it.
func (m *image) heap(o mourner) *picture.Heap {
	s := m.stats(o)
	h := &picture.Heap{
		Name:        m.name,
		Pages:       m.pages,
		RegionPages: m.geo.RegionPages(),
		PageSize:    layout.PageSize,
		DataOffset:  m.geo.DataOff,
		Meta:        m.geo.MetaBytes(m.pages),
		Live:        s.LiveBytes,
		FreeData:    s.FreeBytes,
		Committed:   s.Committed,
		MaxSize:     s.MaxSize,
		LargestFree: s.LargestFree,
		UsersMax:    s.UsersMax,
		Runs:        m.pictureRuns,
	}
	for r := range m.pictureRuns {
		if r.Kind == picture.Large {
			h.LargeBlocks++
			h.LargeBytes += r.Pages << layout.PageShift
		}
	}
	for _, x := range s.Objects {
		h.Objects += x.Number
		h.ObjectBytes += x.Bytes
	}
	for _, c := range s.Classes {
		h.Classes = append(h.Classes, picture.Class{Class: layout.ClassOf(c.Size), Size: c.Size, Spans: c.Spans, Blocks: c.Blocks, Live: c.Live})
	}
	for _, u := range m.users(newPeople(m, o)) {
		since := ""
		if !u.Since.IsZero() {
			since = u.Since.UTC().Format("2006-01-02 15:04:05 UTC")
		}
		h.Users = append(h.Users, picture.User{Slot: u.Slot, State: u.State, Pid: u.Pid, Since: since})
	}
	return h
}

// pictureRuns walks the image for a picture.
func (m *image) pictureRuns(yield func(picture.Run) bool) {
	for w := newWalker(m); ; {
		r, ok := w.next()
		if !ok || !yield(m.pictureRun(r)) {
			return
		}
	}
}

func (m *image) pictureRun(r run) picture.Run {
	p := picture.Run{Page: r.page, Pages: r.pages}
	switch r.kind {
	case layout.None:
		p.Kind = picture.Virgin
	case layout.Free:
		p.Kind = picture.Free
	case layout.Pending:
		p.Kind = picture.Pending
	case layout.Large:
		if r.objects() {
			p.Kind = picture.Objects
			for rec := range m.records(r) {
				p.Size = rec.size
				p.Blocks++
				if rec.head.State() == layout.ObjectLive {
					p.Live++
				}
			}
			break
		}
		p.Kind, p.Slot, p.Orphan = picture.Large, r.word.Slot(), r.word&layout.Orphaned != 0
	case layout.Span:
		c := layout.ClassTable[r.word.Class()]
		p.Kind, p.Class, p.Size, p.Blocks = picture.Span, r.word.Class(), uint64(c.Size), int(c.Blocks)
		if r.word&layout.Owned != 0 {
			p.Slot = r.word.Slot()
		}
		b := m.blockBits(r.page)
		p.Orphan = m.orphans(r, &b) > 0
		for i := range layout.BitWords {
			live := b.live(i) & inClass(c, i)
			p.Live += bits.OnesCount64(live)
		}
	default:
		p.Kind = picture.Lost
	}
	return p
}
