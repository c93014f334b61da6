package sync_test

import (
	"context"
	"errors"
	"io/fs"
	"reflect"
	"slices"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/sync"
)

// handles are one handle of each kind, and what they need.
func handles(t *testing.T, a *arena.Arena) (all map[string]any, l *sync.Lock) {
	t.Helper()
	kept, err := sync.NewKeptLock(a)
	must(t, err)
	p, err := sync.NewPollSema(a, 1)
	must(t, err)
	return map[string]any{
		"lock": newLock(t, a), "kept lock": kept, "sema": newSema(t, a, 1), "undo sema": newSema(t, a, 1, sync.Undo, sync.Recursive, sync.Metered, sync.Debug),
		"pollsema": p, "barrier": newBarrier(t, a), "rwlock": newRW(t, a), "condition": newCondition(t, a), "history": sync.History(a),
	}, newLock(t, a)
}

// answers calls every exported method of x with plain arguments, but those in
// except, and gives the errors; nil where a method has none.
func answers(t *testing.T, x any, l *sync.Lock, except ...string) map[string]error {
	t.Helper()
	got := map[string]error{}
	v := reflect.ValueOf(x)
	for i := range v.NumMethod() {
		m, name := v.Method(i), v.Type().Method(i).Name
		if slices.Contains(except, name) {
			continue
		}
		var in []reflect.Value
		for k := range m.Type().NumIn() {
			arg := reflect.New(m.Type().In(k)).Elem()
			switch m.Type().In(k) {
			case reflect.TypeFor[context.Context]():
				arg.Set(reflect.ValueOf(bg))
			case reflect.TypeFor[*sync.Lock]():
				arg.Set(reflect.ValueOf(l))
			case reflect.TypeFor[func(bool) error]():
				arg.Set(reflect.ValueOf(func(bool) error { t.Error("f is called"); return nil }))
			case reflect.TypeFor[uint32]():
				arg.SetUint(1)
			case reflect.TypeFor[fs.FileMode]():
				arg.SetUint(0o600)
			}
			in = append(in, arg)
		}
		got[name] = nil
		for _, out := range m.Call(in) {
			if err, ok := out.Interface().(error); ok {
				got[name] = err
			}
		}
	}
	return got
}

// silent are the methods that ask nobody.
var silent = []string{"Offset", "Ref", "C", "IsOpen", "Owner"}

// After Close every method of every handle answers ErrClosed, and so does the
// rest of the package; nothing faults.
func TestEveryMethodAfterClose(t *testing.T) {
	for _, typ := range []config.LockType{config.NoDebug, config.DebugPlus} {
		a := arenatest.New(t, &config.Config{LockType: typ})
		all, l := handles(t, a)
		must(t, a.Close())
		for name, h := range all {
			for method, err := range answers(t, h, l, silent...) {
				if !errors.Is(err, arena.ErrClosed) {
					t.Errorf("%s: %s: %v, want %v", name, method, err, arena.ErrClosed)
				}
			}
			answers(t, h, l) // also those
		}
		for what, err := range calls(a) {
			want(t, what, err, arena.ErrClosed)
		}
	}
}

// So it is after Free, with ErrNotAllocated.
func TestEveryMethodAfterFree(t *testing.T) {
	a := arenatest.New(t, &config.Config{LockType: config.DebugPlus})
	all, l := handles(t, a)
	delete(all, "history")
	for name, h := range all {
		must(t, h.(interface{ Free() error }).Free())
		for method, err := range answers(t, h, l, silent...) {
			if !errors.Is(err, arena.ErrNotAllocated) {
				t.Errorf("%s: %s: %v, want %v", name, method, err, arena.ErrNotAllocated)
			}
		}
		answers(t, h, l)
	}
}

// An arena that was opened to be read has no calls of this package.
func TestEveryCallReadOnly(t *testing.T) {
	a := arenatest.New(t)
	r, err := arena.OpenReadOnly(a.Name())
	must(t, err)
	defer r.Close()
	for what, err := range calls(r) {
		want(t, what, err, arena.ErrReadOnly)
	}
	for method, err := range answers(t, sync.History(r), nil) {
		want(t, method, err, arena.ErrReadOnly)
	}
}

// calls are the functions that take an arena.
func calls(a *arena.Arena) map[string]error {
	all := map[string]error{"OnMisuse": sync.OnMisuse(a, nil)}
	call := func(name string, f func() (any, error)) { _, all[name] = f() }
	call("NewLock", func() (any, error) { return sync.NewLock(a) })
	call("NewKeptLock", func() (any, error) { return sync.NewKeptLock(a) })
	call("NewSema", func() (any, error) { return sync.NewSema(a, 1) })
	call("NewPollSema", func() (any, error) { return sync.NewPollSema(a, 1) })
	call("NewBarrier", func() (any, error) { return sync.NewBarrier(a) })
	call("NewRWLock", func() (any, error) { return sync.NewRWLock(a) })
	call("NewCondition", func() (any, error) { return sync.NewCondition(a) })
	call("LockAt", func() (any, error) { return sync.LockAt(a, 64) })
	call("SemaAt", func() (any, error) { return sync.SemaAt(a, 64) })
	call("PollSemaAt", func() (any, error) { return sync.PollSemaAt(a, 64) })
	call("BarrierAt", func() (any, error) { return sync.BarrierAt(a, 64) })
	call("RWLockAt", func() (any, error) { return sync.RWLockAt(a, 64) })
	call("ConditionAt", func() (any, error) { return sync.ConditionAt(a, 64) })
	call("Setup", func() (any, error) { return sync.Setup(bg, a, func(*made) error { return nil }) })
	return all
}

// Refs and offsets lead to objects of their kind only, and a freed one's ref
// nowhere, also after another was made in its place.
func TestRefsOfEveryKind(t *testing.T) {
	a := arenatest.New(t)
	all, _ := handles(t, a)
	delete(all, "history")
	delete(all, "kept lock")
	delete(all, "undo sema")
	at := map[string]func(arena.Offset) error{
		"lock":      func(o arena.Offset) error { _, err := sync.LockAt(a, o); return err },
		"sema":      func(o arena.Offset) error { _, err := sync.SemaAt(a, o); return err },
		"pollsema":  func(o arena.Offset) error { _, err := sync.PollSemaAt(a, o); return err },
		"barrier":   func(o arena.Offset) error { _, err := sync.BarrierAt(a, o); return err },
		"rwlock":    func(o arena.Offset) error { _, err := sync.RWLockAt(a, o); return err },
		"condition": func(o arena.Offset) error { _, err := sync.ConditionAt(a, o); return err },
	}
	in := func(h any) error { // h.Ref().In(a)
		ref := reflect.ValueOf(h).MethodByName("Ref").Call(nil)[0]
		if ref.Type().Size() != 8 || !ref.Comparable() {
			t.Errorf("%v is no ref", ref.Type())
		}
		out := ref.MethodByName("In").Call([]reflect.Value{reflect.ValueOf(a)})
		if err, ok := out[1].Interface().(error); ok {
			return err
		}
		if out[0].Interface() != h {
			t.Errorf("%v leads to another handle", ref.Type())
		}
		return nil
	}
	for name, h := range all {
		off := h.(interface{ Offset() arena.Offset }).Offset()
		for kind, find := range at {
			if kind == name {
				must(t, find(off))
			} else {
				want(t, name+" as "+kind, find(off), sync.ErrWrongObject)
			}
		}
		must(t, in(h), h.(interface{ Free() error }).Free())
		want(t, name+", freed", in(h), arena.ErrNotAllocated)
		want(t, name+", freed", at[name](off), arena.ErrNotAllocated)
	}
	again, _ := handles(t, a) // in their places
	reused := 0
	for name, h := range all {
		if again[name].(interface{ Offset() arena.Offset }).Offset() == h.(interface{ Offset() arena.Offset }).Offset() {
			reused++
		}
		if err := in(h); !errors.Is(err, arena.ErrNotAllocated) && !errors.Is(err, sync.ErrWrongObject) {
			t.Errorf("%s, stale: %v", name, err)
		}
	}
	if reused == 0 {
		t.Error("no place was used again, and this tests little")
	}
}
