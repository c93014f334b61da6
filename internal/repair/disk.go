package repair

import (
	"encoding/binary"
	"errors"
	"io"

	"usarena/internal/layout"
)

// Store is the file under repair.
type Store interface {
	io.ReaderAt
	io.WriterAt
	Size() (uint64, error)
	Truncate(size uint64) error
	Reserve(pieces []layout.Piece) error
}

// sparse is a Store that knows its holes.
type sparse interface {
	// NextData is where, at or after off, bytes may be that are not zero.
	NextData(off uint64) uint64
}

const (
	perPage = layout.PageSize / 8
	cached  = 16 << 10 // pages in memory: 64 MiB
)

// sheet is a page of words in memory.
type sheet struct {
	words [perPage]uint64
	dirty bool
}

// disk is the words of a file. Words beyond its end are 0. The first error of the
// file stays; from then on reads give 0 and writes do nothing, so that loops end.
type disk struct {
	s      Store
	size   uint64
	sheets map[uint64]*sheet
	at     uint64 // the page of last
	last   *sheet
	buf    [layout.PageSize]byte
	err    error
}

func newDisk(s Store) (*disk, error) {
	size, err := s.Size()
	return &disk{s: s, size: size, sheets: map[uint64]*sheet{}}, err
}

// word is the word at a byte offset, which is a multiple of 8.
func (d *disk) word(off uint64) uint64 {
	if off >= d.size {
		return 0
	}
	return d.sheet(off).words[off%layout.PageSize/8]
}

// put stores a word. Nothing is stored beyond the end of the file.
func (d *disk) put(off, v uint64) {
	if off >= d.size || d.err != nil {
		return
	}
	s := d.sheet(off)
	s.words[off%layout.PageSize/8] = v
	if !s.dirty {
		s.dirty = true
		d.sheets[off/layout.PageSize] = s
	}
}

// sheet is the page of off in memory. Pages of zeros are remembered only while
// they are the last one used: there are many where the file has holes.
func (d *disk) sheet(off uint64) *sheet {
	page := off / layout.PageSize
	if d.last != nil && d.at == page {
		return d.last
	}
	s := d.sheets[page]
	if s == nil {
		var zero bool
		if s, zero = d.read(page); !zero {
			if len(d.sheets) >= cached {
				d.flush()
				clear(d.sheets)
			}
			d.sheets[page] = s
		}
	}
	d.at, d.last = page, s
	return s
}

func (d *disk) read(page uint64) (s *sheet, zero bool) {
	s, zero = new(sheet), true
	if d.err != nil {
		return s, true
	}
	n, err := d.s.ReadAt(d.buf[:], int64(page*layout.PageSize))
	if err != nil && !errors.Is(err, io.EOF) {
		d.err = err
		return s, true
	}
	clear(d.buf[n:])
	for i := range s.words {
		if w := binary.LittleEndian.Uint64(d.buf[i*8:]); w != 0 {
			s.words[i], zero = w, false
		}
	}
	return s, zero
}

// flush writes what has changed.
func (d *disk) flush() error {
	for page, s := range d.sheets {
		if !s.dirty || d.err != nil {
			continue
		}
		for i, w := range s.words {
			binary.LittleEndian.PutUint64(d.buf[i*8:], w)
		}
		n := min(layout.PageSize, d.size-page*layout.PageSize)
		if _, err := d.s.WriteAt(d.buf[:n], int64(page*layout.PageSize)); err != nil {
			d.err = err
		}
		s.dirty = false
	}
	return d.err
}

// extend makes the file at least size bytes long.
func (d *disk) extend(size uint64) {
	if size > d.size && d.err == nil {
		if d.err = d.s.Truncate(size); d.err == nil {
			d.size = size
		}
	}
}

// reserve makes pieces exist.
func (d *disk) reserve(p ...layout.Piece) {
	if d.err == nil {
		d.err = d.s.Reserve(p)
	}
}

// zero says that bytes [from, to), whole pages of them, are zero as far as they
// exist.
func (d *disk) zero(from, to uint64) bool {
	to = min(to, d.size)
	if s, ok := d.s.(sparse); ok && s.NextData(from) >= to {
		return true
	}
	for off := from; off < to; off += layout.PageSize {
		s := d.sheet(off)
		for _, w := range s.words {
			if w != 0 {
				return false
			}
		}
	}
	return true
}

// each calls f for records from up to to of a zone of equal records, except for
// those in holes of the file, which are zero.
func (d *disk) each(zone, size, from, to uint64, f func(i uint64)) {
	s, holes := d.s.(sparse)
	known := uint64(0) // there is data up to here
	for i := from; i < to && zone+i*size < d.size && d.err == nil; i++ {
		if off := zone + i*size; holes && off >= known {
			if next := s.NextData(off) &^ layout.PageMask; next > off {
				i = max(i, (next-zone)/size)
				if i >= to || zone+i*size >= d.size {
					return
				}
			}
			known = (zone+i*size)&^layout.PageMask + layout.PageSize
		}
		f(i)
	}
}
