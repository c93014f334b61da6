package layout

import (
	"errors"
	"testing"
	"unsafe"

	"usarena/internal/errs"
)

func header(t *testing.T) (*Header, []byte) {
	t.Helper()
	h := new(Header)
	h.Size, h.MaxSize, h.Users = 64<<10, 1<<30, 8
	g, err := Plan(h.MaxSize, uint64(h.Users))
	if err != nil {
		t.Fatal(err)
	}
	h.Place(&g)
	return h, (*[HeaderSize]byte)(unsafe.Pointer(h))[:]
}

func TestVerify(t *testing.T) {
	h, _ := header(t)
	g, err := Verify(h, "x")
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := Plan(1<<30, 8); g != want {
		t.Errorf("geometry is %+v, want %+v", g, want)
	}
}

// TestVerifyEveryBit flips each bit of the constant part: all are refused, with
// the checksum and, where the field is checked by itself, without.
func TestVerifyEveryBit(t *testing.T) {
	h, b := header(t)
	for i := range ConstSize {
		for bit := range 8 {
			b[i] ^= 1 << bit
			_, err := Verify(h, "x")
			want := errs.Corrupt
			switch {
			case i < 8:
				want = errs.NotArena
			case i < 16 || unsafe.Offsetof(h.Incompat) <= uintptr(i) && uintptr(i) < unsafe.Offsetof(h.Checksum):
				want = errs.Version
			}
			if !errors.Is(err, want) && !(skipChecksum && (err == nil || errors.Is(err, errs.Corrupt))) {
				t.Errorf("byte %#x bit %d: %v, want %v", i, bit, err, want)
			}
			b[i] ^= 1 << bit
		}
	}
	for i := ConstSize; i < HeaderSize; i++ {
		b[i] ^= 0xff // what changes in use is not Verify's to judge
		if _, err := Verify(h, "x"); err != nil {
			t.Errorf("byte %#x: %v", i, err)
		}
		b[i] ^= 0xff
	}
}

// TestVerifyForged gives each field a wrong value and the right checksum.
func TestVerifyForged(t *testing.T) {
	for name, spoil := range map[string]func(h *Header){
		"no users":    func(h *Header) { h.Users = 0 },
		"many users":  func(h *Header) { h.Users = MaxUsers + 1 },
		"more users":  func(h *Header) { h.Users++ },
		"huge":        func(h *Header) { h.MaxSize = MaxArena + 1 },
		"endless":     func(h *Header) { h.MaxSize = ^uint64(0) },
		"tiny":        func(h *Header) { h.Size, h.MaxSize = 0, 0 },
		"inverted":    func(h *Header) { h.Size = h.MaxSize + 1 },
		"flags":       func(h *Header) { h.Flags = flagsEnd },
		"lock type":   func(h *Header) { h.LockType = LockDebugPlus + 1 },
		"region":      func(h *Header) { h.RegionShift++ },
		"heap lines":  func(h *Header) { h.HeapLines = 1 << 31 },
		"lanes":       func(h *Header) { h.Lanes = 0 },
		"users off":   func(h *Header) { h.UsersOff += 64 },
		"ledgers off": func(h *Header) { h.LedgersOff = 0 },
		"lanes off":   func(h *Header) { h.LanesOff-- },
		"heaps off":   func(h *Header) { h.HeapsOff = ^uint64(0) },
		"regions off": func(h *Header) { h.RegionsOff += PageSize },
		"states off":  func(h *Header) { h.StatesOff -= PageSize },
		"bits off":    func(h *Header) { h.BitsOff = 1 << 63 },
		"tenants off": func(h *Header) { h.TenantsOff += TenantsSize },
		"guard off":   func(h *Header) { h.GuardOff += PageSize },
		"data off":    func(h *Header) { h.DataOff -= PageSize },
		"pages":       func(h *Header) { h.MaxPages++ },
		"regions":     func(h *Header) { h.Regions-- },
	} {
		h, _ := header(t)
		spoil(h)
		h.Checksum = h.Sum()
		if _, err := Verify(h, "x"); !errors.Is(err, errs.Corrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHeaderOf(t *testing.T) {
	words := make([]uint64, HeaderSize/8+1)
	b := unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), len(words)*8)
	switch {
	case HeaderOf(b) == nil:
		t.Error("an aligned header is refused")
	case HeaderOf(b[1:]) != nil:
		t.Error("a header at an odd address is accepted")
	case HeaderOf(b[:HeaderSize-1]) != nil || HeaderOf(nil) != nil:
		t.Error("a short header is accepted")
	}
}
