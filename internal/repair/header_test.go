package repair_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"usarena/config"
	"usarena/info"
	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/repair"
)

// headerAt is where the latest sample was mapped.
var headerAt uint64 = 1 << 30

// headerSample is one arena for all damages of headers.
func headerSample(t *testing.T) *sample {
	t.Helper()
	headerAt += 16 << 20 // a checked build never gives an address back
	return newSample(t, &config.Config{Size: 128 << 10, MaxSize: 700000, Users: 5, HistorySize: 77, AttachAddr: headerAt}, rand.New(rand.NewPCG(7, 7)))
}

// repaired repairs a changed copy of the sample.
func (s *sample) repaired(t *testing.T, change func(b []byte)) (*memory, info.Repaired, error) {
	t.Helper()
	b := append([]byte(nil), s.b...)
	change(b)
	m := newMemory(t, b, s.g.FileSize(s.g.MaxPages))
	r, err := repair.Run(m, "sample")
	if err == nil {
		if c := info.CheckImage(m.bytes()); !c.Clean {
			t.Errorf("not sound after the repair: %+v", c.Findings[0])
		}
	}
	return m, r, err
}

// TestHeaderProven damages constants so that the checksum still proves them: each
// is what it was.
func TestHeaderProven(t *testing.T) {
	s := headerSample(t)
	want := s.b[:layout.ConstSize]
	try := func(name string, change func(b []byte)) {
		t.Helper()
		m, r, err := s.repaired(t, change)
		if err != nil || !r.Saved() {
			t.Errorf("%s: %+v, %v", name, r.Lost, err)
			return
		}
		if got := m.bytes()[:layout.ConstSize]; !bytes.Equal(got, want) {
			t.Errorf("%s: the constants are not what they were", name)
		}
	}
	for at := 3; at < layout.ConstSize; at += 11 {
		if at/4 == 0x1c/4 {
			continue
		}
		try("one byte", func(b []byte) { b[at] ^= 0x5a })
	}
	try("what follows from others", func(b []byte) { clear(b[0x60:0xc0]) })
	try("lines, lanes, shift", func(b []byte) { clear(b[0x44:0x50]) })
	try("reserved", func(b []byte) { b[0x150], b[0xdd], b[0x1f8] = 1, 2, 3 })
	try("identity", func(b []byte) { clear(b[:0x10]) })
	try("users and a place", func(b []byte) { b[0x30] = 77; b[0x88+2] ^= 1 })
}

// TestHeaderLikeliest damages the ceiling beyond proof: the places of the zones outvote it,
// as far as they differ.
func TestHeaderLikeliest(t *testing.T) {
	s := headerSample(t)
	judged := 0
	for shift := 12; shift < 40; shift++ {
		m, _, err := s.repaired(t, func(b []byte) {
			b[0x28+shift/8] ^= 1 << (shift % 8)
			clear(b[0xc0:0xc8])
		})
		if err != nil {
			if errorIs(err, errs.NoSpace) {
				continue
			}
			t.Errorf("bit %d: %v", shift, err)
			continue
		}
		judged++
		if got := layout.HeaderOf(m.b).MaxPages; got < s.g.MaxPages || got > s.g.MaxPages+8 {
			t.Errorf("bit %d: %d pages at most, want %d", shift, got, s.g.MaxPages)
		}
	}
	if judged < 20 {
		t.Errorf("only %d of 28 bits could be judged", judged)
	}
}

// TestHeaderPlausible damages more than the checksum can prove: the places are
// found all the same, and the report says what is not certain.
func TestHeaderPlausible(t *testing.T) {
	s := headerSample(t)
	for name, change := range map[string]func(b []byte){
		"checksum":       func(b []byte) { clear(b[0x1c:0x20]) },
		"ceiling":        func(b []byte) { clear(b[0x28:0x30]) },
		"users, ceiling": func(b []byte) { clear(b[0x28:0x34]) },
		"mode, flags":    func(b []byte) { b[0x34], b[0x36], b[0x38], b[0x3b], b[0x40] = 255, 255, 255, 255, 255 },
		"features":       func(b []byte) { copy(b[0x10:0x20], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") },
		"created, magic": func(b []byte) { clear(b[0xc0:0xc8]); b[0] = 0; b[0x60] ^= 1 },
	} {
		m, r, err := s.repaired(t, change)
		if err != nil || r.Saved() {
			t.Errorf("%s: %+v, %v", name, r.Lost, err)
			continue
		}
		if got := blocksIn(t, m, s.g); len(got) != len(s.blocks) {
			t.Errorf("%s: %d blocks of %d", name, len(got), len(s.blocks))
		}
		if h := layout.HeaderOf(m.b); h.Compat|h.ReadOnly|h.Incompat != 0 {
			t.Errorf("%s: features %#x %#x %#x are left, which no program knows", name, h.Compat, h.ReadOnly, h.Incompat)
		}
	}
}

func TestHeaderRefused(t *testing.T) {
	s := headerSample(t)
	seal := func(b []byte) { h := layout.HeaderOf(b); h.Checksum = h.Sum() }
	for name, d := range map[string]struct {
		want   error
		change func(b []byte)
	}{
		"newer":         {errs.Version, func(b []byte) { b[8] = 2; seal(b) }},
		"other layout":  {errs.Version, func(b []byte) { b[12] ^= 1; seal(b) }},
		"needs more":    {errs.Version, func(b []byte) { b[0x18] = 1; seal(b) }},
		"nothing left":  {errs.NotArena, func(b []byte) { clear(b[:layout.ConstSize]) }},
		"places gone":   {errs.Corrupt, func(b []byte) { clear(b[0x28:0xc8]) }},
		"too many gone": {errs.Corrupt, func(b []byte) { clear(b[0x1c:0x34]); clear(b[0x70:0xa0]) }},
	} {
		_, _, err := s.repaired(t, d.change)
		if wrong := err == nil || !errorIs(err, d.want); wrong {
			t.Errorf("%s: %v, want %v", name, err, d.want)
		}
	}
}
