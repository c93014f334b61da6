package sync_test

import (
	"context"
	"errors"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/info"
	"usarena/sync"
)

// Close finds what this process holds, whatever the hints of the header say.
func TestCloseWithoutHint(t *testing.T) {
	keep := arenatest.New(t, nil)
	a, err := arena.Join(keep.Name())
	if err != nil {
		t.Fatal(err)
	}
	l, err := sync.NewLock(a)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Lock(context.Background()); err != nil {
		t.Fatal(err)
	}
	objects, err := a.Objects()
	if err != nil {
		t.Fatal(err)
	}
	off := l.Offset()
	objects.Region().Header().Objects.Store(0)
	if err := a.Close(); !errors.Is(err, arena.ErrBusy) {
		t.Errorf("Close with a lock that is held: %v", err)
	}
	if r, err := info.Check(keep.Name()); err != nil || !r.Clean {
		t.Errorf("%+v, %v", r.Findings, err)
	}
	again, err := sync.LockAt(keep, off)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Lock(context.Background()); !errors.Is(err, sync.ErrOwnerDied) {
		t.Errorf("Lock: %v", err)
	}
	if err := errors.Join(again.Recovered(), again.Unlock()); err != nil {
		t.Error(err)
	}
}
