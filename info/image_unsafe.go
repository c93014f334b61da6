package info

import (
	"sync/atomic"
	"unsafe"

	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/region"
)

// image is the metadata of an arena: stretches of words, each as long as
// what exists, and a way to the records of objects. Loads are atomic, since the
// arena may be in use; an index beyond a stretch reads as 0, so that no number
// from the file can lead out of it.
type image struct {
	name    string
	head    *layout.Header // private copy; only its constants are used
	geo     layout.Geometry
	front   []uint64 // header, users, …, regions
	states  []uint64
	bits    []uint64
	tenants []uint64    // to be read only where a span is tagged
	data    []uint64    // pages of data, where all of them are mapped or in memory
	near    window      // else: what of them is mapped now
	fetch   fetchWindow // and how to map another part
	failed  error       // a part could not be mapped: it was read as 0
	pages   uint64      // pages of data whose metadata is here
	live    bool        // somebody may write meanwhile

	dev, ino uint64         // of the file, where one was opened
	region   *region.Region // of a mapped arena
}

func load(words []uint64, i uint64) uint64 {
	if i >= uint64(len(words)) {
		return 0
	}
	return atomic.LoadUint64(&words[i])
}

// wordsOf sees b as words. Memory at an odd address is copied.
func wordsOf(b []byte) []uint64 {
	n := len(b) / 8
	if n == 0 {
		return nil
	}
	if p := unsafe.Pointer(&b[0]); uintptr(p)%8 == 0 {
		return unsafe.Slice((*uint64)(p), n)
	}
	words := make([]uint64, n)
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), n*8), b)
	return words
}

// headerOf copies a header out of b, each word once.
func headerOf(b []uint64) *layout.Header {
	h := new(layout.Header)
	to := unsafe.Slice((*uint64)(unsafe.Pointer(h)), layout.HeaderSize/8)
	for i := range to {
		to[i] = load(b, uint64(i))
	}
	return h
}

// cut limits words from byte off on to at most size bytes.
func cut(words []uint64, off, size uint64) []uint64 {
	n := uint64(len(words))
	from := min(off/8, n)
	return words[from:min(from+size/8, n)]
}

// imageOf sees the metadata in words, a whole file from its first byte on. The
// geometry has been verified.
func imageOf(words []uint64, h *layout.Header, g layout.Geometry) *image {
	m := &image{head: h, geo: g}
	m.front = cut(words, 0, g.StatesOff)
	m.states = cut(words, g.StatesOff, g.MaxPages*layout.StateSize)
	m.bits = cut(words, g.BitsOff, g.MaxPages*layout.BitsSize)
	m.tenants = cut(words, g.TenantsOff, g.MaxPages*layout.TenantsSize)
	m.data = cut(words, g.DataOff, g.MaxPages<<layout.PageShift)
	m.limit()
	return m
}

// overRegion is the image of a mapped arena. It reads the header, outside of any
// guard of its own.
func overRegion(r *region.Region) *image {
	m := &image{name: r.Name, geo: r.Geo, region: r}
	states, bits, data := r.Zones()
	m.front = unsafe.Slice((*uint64)(unsafe.Pointer(r.Header())), int(r.Geo.StatesOff/8))
	m.head = headerOf(m.front)
	m.states = unsafe.Slice((*uint64)(states), int(r.Window))
	m.bits = unsafe.Slice((*uint64)(bits), int(r.Window*layout.BitsSize/8))
	if r.Window > 0 {
		m.tenants = unsafe.Slice((*uint64)(unsafe.Pointer(r.Tenants(0))), int(r.Window*layout.TenantsSize/8))
	}
	m.data = unsafe.Slice((*uint64)(data), int(r.Window*layout.PageSize/8))
	m.limit()
	return m
}

// guardedRegion is overRegion, nil if the region is lost by that.
func guardedRegion(r *region.Region) (m *image) {
	var err error
	defer r.Caught("read", &err, fault.Arm())
	return overRegion(r)
}

// limit sets pages: what is committed, as far as its metadata is here.
func (m *image) limit() {
	m.pages = min(m.committed(), uint64(len(m.states)), uint64(len(m.bits))*8/layout.BitsSize)
}

// word is the word at a byte offset of the front part.
func (m *image) word(off uint64) uint64 { return load(m.front, off/8) }

// committed is the number of data pages that exist, clipped to the geometry.
func (m *image) committed() uint64 {
	return min(m.word(offCommitted), m.geo.MaxPages)
}

func (m *image) state(page uint64) layout.State { return layout.State(load(m.states, page)) }

// userWord is the word that decides about a slot, 1 <= slot <= Users.
func (m *image) userWord(slot int) uint64 { return m.word(m.userOff(slot)) }

func (m *image) userOff(slot int) uint64 {
	return m.geo.UsersOff + uint64(slot-1)*layout.UserSize
}

func (m *image) regionOff(i uint64) uint64 { return m.geo.RegionsOff + i*layout.RegionSize }
func (m *image) stateOff(page uint64) uint64 {
	return m.geo.StatesOff + page*layout.StateSize
}
func (m *image) bitsOff(page uint64) uint64 { return m.geo.BitsOff + page*layout.BitsSize }
func (m *image) dataOff(page uint64) uint64 { return m.geo.DataOff + page<<layout.PageShift }

// lock is region i's lock word.
func (m *image) lock(i uint64) uint32 { return uint32(m.word(m.regionOff(i))) }

// user copies a slot's record.
func (m *image) user(slot int) (u [layout.UserSize / 8]uint64) {
	for i := range u {
		u[i] = m.word(m.userOff(slot) + uint64(i)*8)
	}
	return u
}

// blockBits copies a span's bits.
func (m *image) blockBits(page uint64) (b blockBits) {
	at := page * layout.BitsSize / 8
	for i := range uint64(layout.BitWords) {
		word := at + i*layout.BitWordSize/8
		b.k[i] = load(m.bits, word+layout.BitsK/8)
		b.a[i] = load(m.bits, word)
		b.r[i] = load(m.bits, word+layout.BitsR/8)
	}
	return b
}

// Offsets of the fields that are read by name.
const (
	offCommitted = uint64(unsafe.Offsetof(layout.Header{}.Committed))
	offUsed      = uint64(unsafe.Offsetof(layout.Header{}.UsedPages))
	offHigh      = uint64(unsafe.Offsetof(layout.Header{}.HighPages))
	offRoot      = uint64(unsafe.Offsetof(layout.Header{}.Root))
	offDirty     = uint64(unsafe.Offsetof(layout.Region{}.Dirty))
	offMost      = uint64(unsafe.Offsetof(layout.Region{}.Most))
	offPartial   = uint64(unsafe.Offsetof(layout.Region{}.Partial))
	offUserPid   = uint64(unsafe.Offsetof(layout.User{}.Pid))
	offUserStart = uint64(unsafe.Offsetof(layout.User{}.Start))
	offUserSince = uint64(unsafe.Offsetof(layout.User{}.Since))
	offUserSpan  = uint64(unsafe.Offsetof(layout.User{}.Window))
	offUserNS    = uint64(unsafe.Offsetof(layout.User{}.PidNS))
	offHint      = uint64(layout.BitsHint)
	offObjects   = uint64(unsafe.Offsetof(layout.Header{}.Objects))
	offHistory   = uint64(unsafe.Offsetof(layout.Header{}.History))
	offArgs      = uint64(unsafe.Offsetof(layout.Lane{}.Args))
	laneArgs     = len(layout.Lane{}.Args)
	offHistOn    = uint64(unsafe.Offsetof(layout.Header{}.HistoryState))
)

// blockBits are the bits of one span: allocated, returned, kept.
type blockBits struct{ a, r, k [layout.BitWords]uint64 }
