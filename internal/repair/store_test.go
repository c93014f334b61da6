package repair_test

import (
	"encoding/binary"
	"io"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

// memory is a file in memory that begins at a page, so that it can be mapped.
type memory struct {
	b    []byte // as long as it may get
	size uint64
}

func newMemory(t testing.TB, content []byte, most uint64) *memory {
	t.Helper()
	most = max(most, uint64(len(content)), layout.PageSize)
	b, err := unix.Mmap(-1, 0, int(most), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(b) })
	m := &memory{b: b}
	m.reset(content)
	return m
}

// reset gives the file another content.
func (m *memory) reset(content []byte) {
	clear(m.b)
	m.size = uint64(copy(m.b, content))
}

func (m *memory) bytes() []byte { return m.b[:m.size] }

func (m *memory) ReadAt(b []byte, off int64) (int, error) {
	if uint64(off) >= m.size {
		return 0, io.EOF
	}
	n := copy(b, m.b[off:m.size])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memory) WriteAt(b []byte, off int64) (int, error) {
	if uint64(off)+uint64(len(b)) > m.size {
		return 0, errs.Wrap(errs.Invalid, "write", "%d bytes at %d of %d", len(b), off, m.size)
	}
	return copy(m.b[off:], b), nil
}

func (m *memory) Size() (uint64, error) { return m.size, nil }

func (m *memory) Truncate(size uint64) error {
	if size > uint64(len(m.b)) {
		return errs.Wrap(errs.NoSpace, "truncate", "%d bytes, there is room for %d", size, len(m.b))
	}
	m.size = max(m.size, size)
	return nil
}

func (m *memory) Reserve(pieces []layout.Piece) error {
	for _, p := range pieces {
		if err := m.Truncate(p.Off + p.Len); err != nil {
			return err
		}
	}
	return nil
}

// word and put are a word of a file in memory.
func word(b []byte, off uint64) uint64   { return binary.LittleEndian.Uint64(b[off:]) }
func put(b []byte, off uint64, v uint64) { binary.LittleEndian.PutUint64(b[off:], v) }
