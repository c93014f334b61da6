package backing

import (
	"errors"
	"fmt"
	"math/bits"
	"sort"
	"sync"

	"golang.org/x/sys/unix"
)

// matchKeep is how many bytes of mappings are kept: 256 MiB in an address space of 32
// bits.
const matchKeep = 1 << (28 + bits.UintSize/64*16)

// Matcher makes one file like another one, again and again. Both are looked at through
// mappings, which are kept: from the second time on no page faults.
type Matcher struct {
	to, from *File
	mu       sync.Mutex
	views    map[view][]byte
	kept     uint64 // bytes of these
}

// view is what is mapped.
type view struct {
	f        *File
	at, size uint64
}

// NewMatcher is for making to like from.
func NewMatcher(to, from *File) *Matcher {
	return &Matcher{to: to, from: from, views: map[view][]byte{}}
}

// Close gives the mappings back.
func (m *Matcher) Close() error {
	var all []error
	for v, b := range m.views {
		if v.f.seg != nil {
			all = append(all, unix.SysvShmDetach(b))
		} else {
			all = append(all, unix.Munmap(b))
		}
	}
	clear(m.views)
	return errors.Join(all...)
}

// window is a view of a file's bytes, of a segment a part of the whole, until done.
func (m *Matcher) window(f *File, at, end uint64) (b []byte, done func(), err error) {
	from := at &^ uint64(unix.Getpagesize()-1)
	v := view{f, from, end - from}
	if f.seg != nil {
		from, v = 0, view{f, 0, f.size}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b, done = m.views[v], func() {}
	switch {
	case b != nil:
	case f.seg != nil:
		b, err = f.Attach(0, true)
	default:
		b, err = unix.Mmap(f.fd, int64(from), int(v.size), unix.PROT_READ, unix.MAP_SHARED|unix.MAP_NORESERVE)
	}
	if err != nil {
		return nil, nil, f.fail(fmt.Sprintf("map %d bytes at %#x", v.size, v.at), err)
	}
	if _, is := m.views[v]; !is {
		if whole := b; f.seg == nil && m.kept+v.size > matchKeep {
			done = func() { unix.Munmap(whole) }
		} else {
			m.views[v], m.kept = b, m.kept+v.size
		}
	}
	return b[at-from : end-from], done, nil
}

// stretch is a part of a file without holes.
type stretch struct{ from, to uint64 }

// stretches lists where f has data.
func (f *File) stretches(at, end uint64) (list []stretch, err error) {
	for at < end {
		from, to, err := f.stretch(int64(at))
		if err == unix.ENXIO { // a hole up to the end
			break
		}
		if err != nil {
			return nil, f.fail("copy", err)
		}
		if uint64(from) < end {
			list = append(list, stretch{uint64(from), min(uint64(to), end)})
		}
		at = uint64(to)
	}
	return list, nil
}

// next is the first stretch that ends after at, cut down to at and end; empty and at
// the end if there is none.
func next(list []stretch, at, end uint64) (from, to uint64) {
	i := sort.Search(len(list), func(i int) bool { return list[i].to > at })
	if i == len(list) || list[i].from >= end {
		return end, end
	}
	return max(list[i].from, at), min(list[i].to, end)
}
