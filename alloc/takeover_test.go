package alloc_test

import (
	"sync/atomic"
	"testing"

	"usarena/alloc"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// buried answers that one slot's user is dead. Claimed, it is somebody else's to
// recover.
type buried struct {
	robust.Nobody
	slot    int
	claimed bool
}

func (b *buried) Dead(slot int) bool { return slot == b.slot }

func (b *buried) Claim(slot int) (release func(), ok bool) {
	if slot != b.slot || b.claimed {
		return nil, false
	}
	b.claimed = true
	return func() { b.claimed = false }, true
}

// Who takes a region's lock from a dead user removes the heads that it had
// absorbed and not yet zeroed.
func TestTakeoverTidies(t *testing.T) {
	h := create(t, 1<<20) // one region: there is nowhere else to go
	off, err := h.Malloc(40 << 12)
	if err != nil {
		t.Fatal(err)
	}
	r := h.Region()
	inside := (off-r.Geo.DataOff)>>layout.PageShift + 7
	r.State(inside).Store(uint64(layout.FreeRun(3)))
	r.User(3).Word.Store(layout.UserWord(layout.UserLive, 9))
	r.Lock(0).Lock.Store(layout.LockWord(3, 9))

	r.User(2).Word.Store(layout.UserWord(layout.UserLive, 1))
	x := alloc.Attach(alloc.Attachment{Region: r, Slot: 2, Gen: 1, Oracle: &buried{slot: 3}})
	p, err := x.Malloc(50 << 12)
	if err != nil {
		t.Fatal(err)
	}
	if w := r.Load(inside); w != 0 {
		t.Errorf("the word inside a block is still %#x", uint64(w))
	}
	if w := r.Lock(0).Lock.Load(); w != layout.LockFree {
		t.Errorf("the lock is left as %#x", w)
	}
	free(t, x, p)
	if err := x.Close(); err != nil {
		t.Error(err)
	}
	r.User(2).Word.Store(layout.UserWord(layout.UserFree, 1))
	r.User(3).Word.Store(layout.UserWord(layout.UserFree, 9))
	free(t, h, off)
	wantEmpty(t, h)
}

// A dead user's lock is nobody's to take while somebody holds the user's byte: its
// word does not show that it is being recovered.
func TestTakeoverClaims(t *testing.T) {
	o := &buried{slot: 3}
	var word atomic.Uint32
	word.Store(layout.LockWord(3, 9))
	release, ok := o.Claim(3)
	if !ok || robust.TryDead(&word, layout.LockWord(2, 1), o) {
		t.Error("taken from who recovers its holder")
	}
	release()
	if !robust.TryDead(&word, layout.LockWord(2, 1), o) || o.claimed {
		t.Errorf("not taken, or the byte is kept: %v", o.claimed)
	}
}
