//go:build linux && amd64

package steps

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"os"

	"golang.org/x/sys/unix"

	"usarena/config"
	"usarena/internal/layout"
)

// span is a range of an arena's bytes.
type span struct{ off, end uint64 }

// watch sees every change of what an arena's protocols live by: all tables, and
// those pages of data that hold more than users' bytes.
type watch struct {
	f     *os.File
	geo   layout.Geometry
	mem   []byte
	extra []span
	parts []span
	last  [][]byte
	pages uint64 // committed when parts was made
	seen  map[uint64]bool
	hash  maphash.Seed
}

// pagesOf are the pages of data that these lie in.
func pagesOf(offs ...uint64) (list []span) {
	seen := map[uint64]bool{}
	for _, off := range offs {
		if at := off &^ (page - 1); off != 0 && !seen[at] {
			seen[at] = true
			list = append(list, span{at, at + page})
		}
	}
	return list
}

// newWatch maps the arena of that name.
func newWatch(name string, cfg config.Config, extra []span) (*watch, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	full, err := cfg.WithDefaults()
	if err != nil {
		return nil, err
	}
	w := &watch{f: f, extra: extra, seen: map[uint64]bool{}, hash: maphash.MakeSeed()}
	if w.geo, err = layout.Plan(uint64(full.MaxSize), uint64(full.Users)); err != nil {
		return nil, err
	}
	size := w.geo.FileSize(w.geo.MaxPages)
	if w.mem, err = unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED); err != nil {
		return nil, fmt.Errorf("map %s: %w", name, err)
	}
	if at := w.word(dataOffAt); at != w.geo.DataOff {
		return nil, fmt.Errorf("%s has its data at %#x, expected at %#x", name, at, w.geo.DataOff)
	}
	w.changed()
	return w, nil
}

func (w *watch) close() {
	unix.Munmap(w.mem)
	w.f.Close()
}

func (w *watch) word(at uint64) uint64 { return binary.LittleEndian.Uint64(w.mem[at:]) }

// place lists what is compared: zones as far as their pages exist.
func (w *watch) place() {
	g := &w.geo
	w.pages = w.word(committedAt)
	w.parts = []span{
		{0, g.HeapsOff}, // heap lines are not in use
		{g.RegionsOff, g.RegionsOff + g.Regions*layout.RegionSize},
		{g.StatesOff, g.StatesOff + w.pages*layout.StateSize},
		{g.BitsOff, g.BitsOff + w.pages*layout.BitsSize},
		{g.TenantsOff, g.TenantsOff + w.pages*layout.TenantsSize},
	}
	w.parts = append(w.parts, w.extra...)
	w.last = make([][]byte, len(w.parts))
}

// changed says whether anything differs from the last time.
func (w *watch) changed() (yes bool) {
	if w.pages != w.word(committedAt) {
		w.place()
	}
	for i, p := range w.parts {
		now := w.mem[p.off:p.end]
		if !bytes.Equal(now, w.last[i]) {
			w.last[i] = append(w.last[i][:0], now...)
			yes = true
		}
	}
	return yes
}

// fresh says that these bytes were never seen before.
func (w *watch) fresh() bool {
	var h maphash.Hash
	h.SetSeed(w.hash)
	for _, l := range w.last {
		h.Write(l)
	}
	sum := h.Sum64()
	old := w.seen[sum]
	w.seen[sum] = true
	return !old
}

// image is the bytes of an arena between two instructions, as far as they are
// not zero.
type image struct {
	step  int
	end   bool // the operation is over
	size  int64
	at    []uint64
	bytes []byte
}

// take copies the arena.
func (w *watch) take(step int) (*image, error) {
	st, err := w.f.Stat()
	if err != nil {
		return nil, err
	}
	m := &image{step: step, size: st.Size()}
	pages := w.word(committedAt)
	for _, z := range []span{{0, w.geo.GuardOff}, {w.geo.DataOff, w.geo.FileSize(pages)}} {
		end := min(z.end, uint64(m.size))
		for at := z.off; at < end; at += page {
			if p := w.mem[at:min(at+page, end)]; !zero(p) {
				m.at = append(m.at, at)
				m.bytes = append(m.bytes, p...)
				m.bytes = append(m.bytes, make([]byte, page-len(p))...)
			}
		}
	}
	return m, nil
}

var zeros [page]byte

func zero(p []byte) bool { return bytes.Equal(p, zeros[:len(p)]) }

// write makes a file of the image.
func (m *image) write(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(m.size); err != nil {
		return err
	}
	for i := 0; i < len(m.at); {
		k := i + 1 // pages in a row are one call
		for k < len(m.at) && m.at[k] == m.at[k-1]+page {
			k++
		}
		n := min(int64(len(m.bytes)), int64(k*page)) - int64(i*page)
		n = min(n, m.size-int64(m.at[i]))
		if _, err := f.WriteAt(m.bytes[i*page:int64(i*page)+n], int64(m.at[i])); err != nil {
			return err
		}
		i = k
	}
	return nil
}

// flat is the image as one piece.
func (m *image) flat() []byte {
	b := make([]byte, m.size)
	for i, at := range m.at {
		copy(b[at:], m.bytes[i*page:(i+1)*page])
	}
	return b
}

// content is the bytes at off.
func (m *image) content(off, n uint64) []byte {
	b := make([]byte, n)
	for i, at := range m.at {
		lo, hi := max(at, off), min(at+page, off+n)
		if lo < hi {
			copy(b[lo-off:], m.bytes[uint64(i*page)+lo-at:uint64(i*page)+hi-at])
		}
	}
	return b
}

// read is the image of a file that nobody changes.
func read(name string) (*image, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	m := &image{size: int64(len(b))}
	for at := 0; at < len(b); at += page {
		if p := b[at:min(at+page, len(b))]; !zero(p) {
			m.at = append(m.at, uint64(at))
			m.bytes = append(m.bytes, p...)
			m.bytes = append(m.bytes, make([]byte, page-len(p))...)
		}
	}
	return m, nil
}
