package image_test

import (
	"encoding/binary"
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"usarena/internal/layout"
	"usarena/internal/worker"
)

// The ways to damage the small arena.
const (
	flipBits  = "bits"  // each bit of metadata
	flipBytes = "bytes" // each byte of the header, every value, checksum made right
	rawBytes  = "raw"   // the same with the checksum as it was
	cutPages  = "pages" // the file ends at each page
	cutHeader = "cuts"  // … at every 8 bytes of the header
)

// part is a row of damages of one kind.
type part struct {
	how, name string
	from, end uint64
}

// parts lists all damages.
func (m *small) parts() (all []part) {
	at := uint64(0)
	for _, z := range m.Meta {
		n := (z.End - z.From) * 8
		all = append(all, part{flipBits, z.Name, at, at + n})
		at += n
	}
	return append(all,
		part{flipBytes, "header", 0, layout.HeaderSize * 256},
		part{rawBytes, "constants", 0, layout.ConstSize * 256}, // behind them it is the same
		part{cutPages, "file", 0, uint64(len(m.Bytes)) / layout.PageSize},
		part{cutHeader, "header", 0, layout.HeaderSize / 8})
}

// damaged is the arena with damage number i.
func (m *small) damaged(how string, i uint64) []byte {
	b := append([]byte(nil), m.Bytes...)
	switch how {
	case flipBits:
		off, mask, _ := m.bit(i)
		b[off] ^= mask
	case rawBytes, flipBytes:
		b[i/256] = byte(i)
		if how == flipBytes {
			if h := layout.HeaderOf(b); i/256 < layout.ConstSize {
				h.Checksum = h.Sum()
			}
		}
	case cutPages:
		b = b[:i*layout.PageSize]
	case cutHeader:
		b = b[:i*8]
	}
	return b
}

// where is the offset of a damage.
func (m *small) where(how string, i uint64) uint64 {
	switch how {
	case flipBits:
		off, _, _ := m.bit(i)
		return off
	case rawBytes, flipBytes:
		return i / 256
	}
	return 0
}

// batch is a row of damages for a child, who says in Progress at which it is.
type batch struct {
	Small          *small
	Name, Progress string
}

// row is a part of it.
type row struct {
	How        string
	From, Step uint64
	N          uint64
}

// result is what came of a row.
type result struct {
	Seen map[string]int
	Bad  []string
	At   []uint64 // which damages are bad
}

func init() { worker.Register("flips", flips) }

// flips does rows of damages until the parent goes away.
func flips(s *worker.Side) error {
	s.Follow()
	var q batch
	if err := s.Hear(&q); err != nil {
		return err
	}
	progress, err := os.OpenFile(q.Progress, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	page, err := unix.Mmap(int(progress.Fd()), 0, layout.PageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	for {
		var r row
		if err := s.Hear(&r); err != nil {
			return err
		}
		all := result{Seen: map[string]int{}}
		for k := range r.N {
			i := r.From + k*r.Step
			binary.NativeEndian.PutUint64(page, i)
			w := &witness{seen: map[string]bool{}}
			w.one(&q, r.How, i)
			for kind := range w.seen {
				all.Seen[kind]++
			}
			for _, text := range w.bad {
				all.Bad, all.At = append(all.Bad, text), append(all.At, i)
			}
		}
		if err := s.Tell(all); err != nil {
			return err
		}
	}
}

// one does one damage and everything with the arena.
func (w *witness) one(q *batch, how string, i uint64) {
	defer func() {
		if v := recover(); v != nil {
			w.wrong("panic: %v\n%s", v, debug.Stack())
		}
	}()
	if err := os.WriteFile(q.Name, q.Small.damaged(how, i), 0o600); err != nil {
		w.wrong("%v", err)
		return
	}
	w.work(q.Name, q.Small.Objects, q.Small.where(how, i), i)
}
