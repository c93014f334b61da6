package robust_test

import (
	"errors"
	"sync"
	"testing"
	"unsafe"

	"usarena/alloc"
	"usarena/info"
	"usarena/internal/layout"
	"usarena/internal/region"
	"usarena/internal/robust"
)

// town is an arena in Go's own memory, so that the race detector and checkptr
// see its words. It answers for its users: they die when a test says so.
type town struct {
	t testing.TB
	r *region.Region

	mu     sync.Mutex
	dead   map[int]bool
	claims map[int]bool
}

// user is one attachment.
type user struct {
	*robust.Table
	town *town
	heap *alloc.Heap
	gen  uint16
}

func newTown(t testing.TB, users int) *town {
	t.Helper()
	const n = 2 << 20
	b := make([]byte, n+layout.PageSize)
	skip := int(-uintptr(unsafe.Pointer(&b[0])) & (layout.PageSize - 1))
	h, err := alloc.Create(b[skip:skip+n:skip+n], alloc.Settings{Users: users})
	if err != nil {
		t.Fatal(err)
	}
	x := &town{t: t, r: h.Region(), dead: map[int]bool{}, claims: map[int]bool{}}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, f := range info.CheckRegion(x.r, false, robust.Nobody{}).Findings {
			t.Errorf("check: %s at %#x: %s", f.Kind, f.Offset, f.Detail)
		}
		b[0]++ // the region holds no pointer that the collector knows
	})
	return x
}

// Dead and Claim make town an Oracle.
func (x *town) Dead(slot int) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.dead[slot] && !x.claims[slot]
}

func (x *town) Claim(slot int) (release func(), ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.dead[slot] || x.claims[slot] {
		return nil, false
	}
	x.claims[slot] = true
	return func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.claims[slot] = false
	}, true
}

// join takes a free slot, or that of somebody who died.
func (x *town) join() *user {
	for range 1000 {
		if u := x.joinFree(); u != nil {
			return u
		}
		for slot := 1; slot <= int(x.r.Geo.Users); slot++ {
			x.recover(slot)
		}
	}
	panic("no free slot")
}

// joinFree takes the first slot that is free and whose byte nobody has.
func (x *town) joinFree() *user {
	x.mu.Lock()
	defer x.mu.Unlock()
	for slot := 1; slot <= int(x.r.Geo.Users); slot++ {
		w := &x.r.User(slot).Word
		old := w.Load()
		gen := layout.UserGen(old) + 1
		if x.claims[slot] || layout.UserState(old) != layout.UserFree || !w.CompareAndSwap(old, layout.UserWord(layout.UserLive, gen)) {
			continue
		}
		x.dead[slot] = false
		u := &user{town: x, gen: gen}
		u.heap = alloc.Attach(alloc.Attachment{Region: x.r, Slot: slot, Gen: gen, Oracle: x})
		u.Table = robust.NewTable(x.r, slot, gen, x, robust.Host{
			Enter: func(string) error { return nil }, Leave: func() {},
			NewRun: u.heap.NewObjects, Recover: func(slot int) { x.recover(slot) }, Pid: 1000 + slot,
		})
		return u
	}
	return nil
}

// dies ends a user as SIGKILL does: its words stay as they are.
func (u *user) dies() {
	u.town.mu.Lock()
	defer u.town.mu.Unlock()
	u.town.dead[u.Slot()] = true
}

// recover recovers a slot's user if it is dead.
func (x *town) recover(slot int) (left robust.Left, ok bool) {
	release, ok := x.Claim(slot)
	if !ok {
		return left, false
	}
	defer release()
	w := &x.r.User(slot).Word
	gen := layout.UserGen(w.Load())
	if layout.UserState(w.Load()) == layout.UserFree {
		return left, false
	}
	w.Store(layout.UserWord(layout.UserDead, gen))
	got := alloc.RecoverUser(x.r, slot, gen, x, layout.LockWord(layout.ObjectSlot-1, 1), false)
	left = robust.Recover(x.r, got.Objects, slot, gen, false)
	x.r.Header().Epoch.Add(1)
	w.Store(layout.UserWord(layout.UserFree, gen))
	return left, true
}

// make makes an object.
func (u *user) make(kind layout.ObjectKind, options uint64) robust.Record {
	u.town.t.Helper()
	r, err := u.Make("make", kind, options, 0, nil)
	if err != nil {
		u.town.t.Fatal(err)
	}
	return r
}

// at is the same object for another user.
func (u *user) at(r robust.Record) robust.Record {
	u.town.t.Helper()
	got, _, err := u.Find("at", r.Off, r.Kind())
	if err != nil {
		u.town.t.Fatal(err)
	}
	return got
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func want(t testing.TB, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: %v, want %v", what, err, target)
	}
}
