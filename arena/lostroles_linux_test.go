package arena_test

import (
	"context"
	"errors"
	"fmt"

	"usarena/arena"
	"usarena/info"
	"usarena/sync"
)

// roles are what processes do while the file loses pages. A role's work ends with
// the error that it met.
var roles = map[string]struct {
	later bool // begins when the pages are gone
	work  func(*arena.Arena, *sync.Lock) error
}{
	"idle":    {true, mallocs},
	"recover": {true, recovers},
	"look":    {false, looks},
	"wait":    {false, func(_ *arena.Arena, l *sync.Lock) error { return l.Lock(context.Background()) }},
	"read": {false, func(a *arena.Arena, _ *sync.Lock) error {
		for {
			if err := a.Guard(func() error { return readAll(a) }); err != nil {
				return err
			}
		}
	}},
	"sema":   {false, waitsForUnits},
	"hold":   {},
	"rescue": {},
}

// mallocs uses the allocator's slow paths, first of all those that clear and copy.
func mallocs(a *arena.Arena, _ *sync.Lock) error {
	var last arena.Offset
	for i := uint64(0); ; i++ {
		p, err := a.Calloc(1, 5000+i%7*4096)
		if errors.Is(err, arena.ErrNoSpace) {
			err = a.Free(last)
			last = 0
		} else if err == nil && i%3 == 0 {
			p, err = a.Realloc(p, 30000)
			if errors.Is(err, arena.ErrNoSpace) {
				err = nil
			}
		}
		if err != nil {
			return err
		}
		if p != 0 {
			last = p
		}
	}
}

func recovers(a *arena.Arena, _ *sync.Lock) error {
	for {
		if _, err := a.Recover(context.Background()); err != nil {
			return err
		}
	}
}

// looks looks at the arena in every way, mapped and by its name.
func looks(a *arena.Arena, _ *sync.Lock) error {
	for {
		if r := a.Check(); isFinding(r) {
			return fmt.Errorf("check: %w", lostNow(a))
		}
		a.Stats()
		a.Users()
		for off := range a.Blocks() {
			_ = off
		}
		if r, err := info.Check(a.Name()); err != nil && !errors.Is(err, arena.ErrTruncated) && !isFinding(r) && !errors.Is(err, arena.ErrNotArena) {
			return err
		}
		for _, err := range info.Walk(a.Name()) {
			if err != nil && !errors.Is(err, arena.ErrTruncated) && !errors.Is(err, arena.ErrNotArena) {
				return err
			}
		}
	}
}

// lostNow is what calls say after a report told of the loss.
func lostNow(a *arena.Arena) error {
	return erring(func() error { a.GetInfo(); return nil })
}

// waitsForUnits waits at a semaphore with undo and meets at a barrier.
func waitsForUnits(a *arena.Arena, _ *sync.Lock) error {
	s, err := sync.NewSema(a, 0, sync.Undo)
	if err != nil {
		return err
	}
	b, err := sync.NewBarrier(a)
	if err != nil {
		return err
	}
	met := make(chan error, 1)
	go func() { met <- b.Wait(context.Background(), 2) }()
	if err := s.P(context.Background()); !errors.Is(err, arena.ErrTruncated) {
		return err
	}
	return <-met
}
