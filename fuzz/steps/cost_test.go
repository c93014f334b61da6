//go:build linux && amd64

package steps

import (
	"runtime"
	"testing"
)

// TestCost counts the instructions of a malloc and a free that take their fast
// path, and how many of them lock the bus: that is what safety from kills could
// cost.
func TestCost(t *testing.T) {
	mayTrace(t)
	p := newPeer(t)
	end := make(chan struct{})
	go func() {
		defer close(end)
		runtime.LockOSThread()
		l := &lane{t: t, peer: p}
		none := l.least("nothing")
		if c := l.least("other's free"); c.locked == none.locked {
			t.Errorf("a free of another's block has no locked instruction: they are not recognised")
		} else {
			t.Logf("free of another's block: %d instructions, %d of them locked", c.n-none.n, c.locked-none.locked)
		}
		for _, name := range []string{"malloc", "free"} {
			c := l.least("fast " + name)
			t.Logf("%s of 64 bytes: %d instructions, %d of them locked, %d stores to the arena", name, c.n-none.n, c.locked-none.locked, c.stores)
			if c.locked != none.locked || c.stores != 1 {
				t.Errorf("%s: %d locked instructions, %d stores to the arena; want none and one", name, c.locked-none.locked, c.stores)
			}
		}
	}()
	<-end
}

// cost is what an operation takes.
type cost struct{ n, locked, stores int }

// least counts several times, since the scheduler may come in between, or the
// trimmer, which takes idle heaps away. It is done at the first that has no locked
// instruction.
func (l *lane) least(op string) (best cost) {
	for i := 0; i < 3 || best.locked > 0 && i < 12; i++ {
		c, err := l.count(operationCalled(op), i)
		if err != nil {
			l.t.Errorf("%s: %v", op, err)
			return c
		}
		if i == 0 || c.n < best.n {
			best = c
		}
	}
	return best
}

// count steps through an operation and looks at each instruction.
func (l *lane) count(op *operation, i int) (c cost, err error) {
	b, err := makeBase(l.peer, op, i, fileName(l.t))
	if err != nil {
		return c, err
	}
	s, err := l.open(b)
	if err != nil {
		return c, err
	}
	defer l.close(s, &err)
	if err := s.hush(true); err != nil { // its trimmer stores as well
		return c, err
	}
	defer s.hush(false)
	w, err := newWatch(s.name, op.kind.cfg, nil)
	if err != nil {
		return c, err
	}
	defer w.close()
	text, err := readCode(s.tr)
	if err != nil {
		return c, err
	}
	defer text.close()
	for {
		next, err := text.next()
		if err != nil {
			return c, err
		}
		st, err := s.tr.step()
		if err != nil || st != stepped {
			return c, err
		}
		c.n++
		if locks(next[:]) {
			c.locked++
		}
		if w.changed() {
			c.stores++
		}
	}
}

// locks says that an instruction locks: it has the prefix, or it exchanges a
// register with memory.
func locks(text []byte) bool {
	for i, b := range text {
		switch {
		case b == 0xf0:
			return true
		case b == 0x66 || b == 0x67 || b == 0xf2 || b == 0xf3 || b == 0x2e || b == 0x36 || b == 0x3e || b == 0x26 || b == 0x64 || b == 0x65:
		case b&0xf0 == 0x40: // REX
		case b == 0x86 || b == 0x87:
			return i+1 < len(text) && text[i+1] < 0xc0
		default:
			return false
		}
	}
	return false
}

// TestLocks tells locked instructions from others.
func TestLocks(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"\xf0\x48\x0f\xb1\x11", true},  // lock cmpxchg
		{"\x48\x87\x08", true},          // xchg with memory
		{"\x66\x87\x08", true},          // of 16 bits
		{"\x48\x87\xc8", false},         // xchg of registers
		{"\x48\x89\x08", false},         // mov
		{"\xf3\xf0\x48\x01\x00", true},  // two prefixes
		{"\x0f\x87\x00\x00\xf0", false}, // a jump
	} {
		if got := locks([]byte(c.text)); got != c.want {
			t.Errorf("% x: %v", c.text, got)
		}
	}
}
