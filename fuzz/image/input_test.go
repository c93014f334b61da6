package image_test

import (
	"encoding/binary"
	"fmt"

	"usarena/internal/layout"
)

// Inputs:
//
//	0xff, bytes of a file
//	base, flags, cut (2 bytes), seed (2), then changes of 8 bytes each:
//	      zone, how, index (2), value (4)
//
// The seed chooses what is done with the arena. All numbers are taken modulo
// what there is, so that every input means something.
const (
	rawInput   = 0xff
	inputHead  = 6
	changeSize = 8
	maxChanges = 64

	flagUnsealed = 1 << 0 // the checksum stays as the changes left it
	flagCut      = 1 << 1 // the file is cut short
	flagUnsized  = 1 << 2 // the file keeps its length though the header says another
)

// sparse bounds the length of a file that is made longer because its header
// says so: reading a hole in shared memory makes pages.
const sparse = 48 << 20

// decode is the file that an input stands for, and the seed of the play.
func decode(data []byte) (f *file, seed uint64, text string) {
	if len(data) == 0 || data[0] == rawInput {
		return rawFile(data)
	}
	var head [inputHead]byte
	n := copy(head[:], data)
	f = bases()[int(head[0])%len(bases())].clone()
	flags, cut := head[1], uint64(binary.LittleEndian.Uint16(head[2:]))
	seed = uint64(binary.LittleEndian.Uint16(head[4:]))
	text = fmt.Sprintf("base %v, flags %#x, cut %#x, seed %d", f, flags, cut, seed)
	for rest := data[n:]; len(rest) >= changeSize && len(data)-len(rest) < inputHead+maxChanges*changeSize; rest = rest[changeSize:] {
		off, v := f.change(rest)
		text += fmt.Sprintf("\n  %#x = %#x", off, v)
	}
	if flags&flagUnsealed == 0 {
		f.seal()
	}
	if want := f.wants(); flags&flagUnsized == 0 && want > f.size && want-f.g.DataOff <= sparse && f.g.DataOff < 1<<30 {
		f.size = want
	}
	if flags&flagCut != 0 {
		f.size = f.size * cut >> 16
	}
	return f, seed, text
}

// wants is how long the file must be for what its header says now; 0 if that is
// nothing sensible.
func (f *file) wants() uint64 {
	h := f.header()
	if n := h.Committed.Load(); n <= f.g.MaxPages {
		if h.Flags&layout.FlagNoReserve != 0 && f.g.MaxPages<<layout.PageShift <= sparse {
			n = f.g.MaxPages
		}
		return f.g.FileSize(n)
	}
	return 0
}

func rawFile(data []byte) (*file, uint64, string) {
	f := &file{pages: map[uint64][]byte{}, name: "raw"}
	if len(data) > 1 {
		b := data[1:]
		f.size = uint64(len(b))
		for at := 0; at < len(b); at += layout.PageSize {
			copy(f.page(uint64(at)), b[at:])
		}
	}
	return f, f.size, fmt.Sprintf("raw bytes, %d of them", f.size)
}

// change does one change of 8 bytes: where, and what is there now.
func (f *file) change(c []byte) (off, v uint64) {
	index, value := uint64(binary.LittleEndian.Uint16(c[2:])), uint64(binary.LittleEndian.Uint32(c[4:]))
	off = f.zone(c[0], index)
	v = word(c[1], value, f.get(off))
	f.put(off, v)
	return off, v
}

// zone is a word in the zone that z names.
func (f *file) zone(z byte, i uint64) uint64 {
	g := &f.g
	pages := max(min(f.header().Committed.Load(), g.MaxPages), 1)
	in := func(off, records, size uint64) uint64 { return off + i%(records*size/8)*8 }
	switch z % 10 {
	case 0:
		return in(0, 1, layout.ConstSize)
	case 1:
		return in(layout.ConstSize, 1, layout.HeaderSize-layout.ConstSize)
	case 2:
		return in(g.UsersOff, g.Users, layout.UserSize)
	case 3:
		return in(g.RegionsOff, g.Regions, layout.RegionSize)
	case 4: // the locks alone
		return g.RegionsOff + i%g.Regions*layout.RegionSize
	case 5:
		return in(g.BitsOff, pages, layout.BitsSize)
	case 7:
		return in(g.TenantsOff, pages, layout.TenantsSize)
	case 6: // beyond what is committed, too
		return in(g.StatesOff, min(pages+64, g.MaxPages), layout.StateSize)
	default:
		return in(g.StatesOff, pages, layout.StateSize)
	}
}

// word is a word made of v as how says; old is what stood there.
func word(how byte, v, old uint64) uint64 {
	n, a, b := v&0xfff, v>>12&0xff, v>>20
	if v>>31 != 0 {
		n = v & 0xfffffff
	}
	gen := uint16(b & 15)
	switch how % 16 {
	case 0:
		return uint64(int64(int32(uint32(v))))
	case 1:
		return old ^ 1<<(v&63)
	case 2:
		return v << 32
	case 3:
		return old + uint64(int64(int8(byte(v))))
	case 4:
		return uint64(layout.FreeRun(n))
	case 5:
		return uint64(layout.PendingRun(n))
	case 6:
		return uint64(layout.LargeRun(n, int(a), gen))
	case 7:
		return uint64(layout.OwnedSpan(int(n), int(v>>28), int(a), gen, 0))
	case 8:
		return uint64(layout.OwnedSpan(int(n), int(v>>28), int(a), gen, 0).Disowned() | layout.Room)
	case 9:
		return uint64(layout.BackTo(n))
	case 10:
		return uint64(layout.ContOf(n, b))
	case 11:
		return uint64(layout.LockWord(int(a), gen)) | n&3
	case 12:
		return layout.UserWord(int(n&3), gen)
	case 13:
		return uint64(layout.LargeRun(n, int(a), gen) | layout.Orphaned)
	case 14:
		return uint64(layout.OwnedSpan(int(n), layout.InHand, int(a), gen, 0) | layout.Orphaned)
	}
	return 0
}
