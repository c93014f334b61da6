package arena_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/info"
	"usarena/internal/layout"
	"usarena/sync"
)

func init() { arenatest.Register("lost", lost) }

var told = bufio.NewReader(os.Stdin)

// hear waits for the starter's next word.
func hear(want string) error {
	s, err := told.ReadString('\n')
	if s = strings.TrimSpace(s); err == nil && s != want {
		err = fmt.Errorf("heard %q, not %q", s, want)
	}
	return err
}

// erring is f's error, or the error that it panicked with.
func erring(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(error)
			if !ok {
				panic(p)
			}
			err = e
		}
	}()
	return f()
}

// lost joins args[0] and does what args[1] says while the file loses pages. Then
// it touches all there is, which must not end it, and proves that it is out.
func lost(args []string) error {
	a, err := arena.Join(args[0])
	if err != nil {
		return err
	}
	l, err := sync.LockAt(a, a.GetInfo())
	if err != nil {
		return err
	}
	p, err := a.Malloc(3000)
	if err != nil {
		return err
	}
	mem := a.Bytes(p, 3000)
	role := roles[args[1]]
	if args[1] == "hold" {
		if err := l.Lock(context.Background()); err != nil {
			return err
		}
	}
	time.Sleep(2 * idleHeaps)
	got := make(chan error, 1)
	start := func() { go func() { got <- erring(func() error { return role.work(a, l) }) }() }
	if role.work != nil && !role.later {
		start()
		time.Sleep(5 * time.Millisecond) // it is at it
	}
	fmt.Println("ready")
	if err := hear("go"); err != nil {
		return err
	}
	if args[1] == "hold" {
		return closes(a)
	}
	if args[1] == "rescue" {
		return rescues(a)
	}
	if role.later {
		start()
	}
	for err = nil; err == nil; {
		err = a.Guard(func() error { return readAll(a) })
	}
	if !errors.Is(err, arena.ErrTruncated) {
		return fmt.Errorf("Guard: %w", err)
	}
	if err := <-got; !errors.Is(err, arena.ErrTruncated) {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	if err := isOut(a, l, p); err != nil {
		return err
	}
	fmt.Println("poisoned", err)
	if err := hear("write"); err != nil {
		return err
	}
	// The file is whole again. What is stored now reaches nobody.
	for i := range mem {
		mem[i] = 0xee
	}
	fmt.Println("written")
	return closes(a)
}

func closes(a *arena.Arena) error {
	if err := hear("close"); err != nil {
		return err
	}
	err := a.Close()
	if err != nil && !errors.Is(err, arena.ErrTruncated) && !errors.Is(err, arena.ErrBusy) {
		return err
	}
	if _, err := a.Malloc(1); !errors.Is(err, arena.ErrClosed) {
		return fmt.Errorf("after Close: %w", err)
	}
	fmt.Println("closed", err)
	return nil
}

// idleHeaps is longer than the allocator lets heaps lie.
const idleHeaps = 150 * time.Millisecond

// readAll reads from each page of data.
func readAll(a *arena.Arena) error {
	from, end := dataOf(a.Config())
	for p := from; p < end; p += 4096 {
		sink.Add(uint32(a.Bytes(p, 1)[0]))
	}
	return nil
}

var sink atomic.Uint32

// dataOf is where the data of an arena that does not grow begins and ends.
func dataOf(c config.Config) (from, end uint64) {
	g, err := layout.Plan(uint64(c.MaxSize), uint64(c.Users))
	if err != nil {
		panic(err)
	}
	return g.DataOff, g.FileSize(g.PagesFor(uint64(c.Size)))
}

// isOut proves that nothing of the arena is to be had any more.
func isOut(a *arena.Arena, l *sync.Lock, p arena.Offset) error {
	_, newLock := sync.NewLock(a)
	_, malloc := a.Malloc(10)
	_, realloc := a.Realloc(p, 9000)
	_, size := a.BlockSize(p)
	_, recover := a.Recover(context.Background())
	for what, err := range map[string]error{
		"malloc": malloc, "realloc": realloc, "free": a.Free(p), "size": size, "recover": recover, "new lock": newLock,
		"guard":    a.Guard(func() error { return nil }),
		"lock":     ends(func() error { return l.Lock(context.Background()) }),
		"unlock":   ends(l.Unlock),
		"get info": erring(func() error { a.GetInfo(); return nil }),
		"cas info": erring(func() error { a.CasInfo(0, 1); return nil }),
		"bytes":    erring(func() error { a.Bytes(p, 1); return nil }),
		"users":    erring(func() error { a.Users(); return nil }),
		"check":    erring(func() error { a.Check(); return nil }),
		"stats":    erring(func() error { a.Stats(); return nil }),
		"blocks": erring(func() error {
			for range a.Blocks() {
			}
			return nil
		}),
	} {
		if !errors.Is(err, arena.ErrTruncated) {
			return fmt.Errorf("%s of a poisoned arena: %w", what, err)
		}
	}
	return nil
}

// ends repeats a call whose fast path looks at nothing but its word, until that
// is out of reach.
func ends(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	for end := time.Now().Add(10 * time.Second); !errors.Is(err, arena.ErrTruncated) && time.Now().Before(end); {
		err = erring(f)
	}
	return err
}

// rescues recovers until this process and one other are the only users.
func rescues(a *arena.Arena) error {
	start := time.Now()
	for len(a.Users()) > 2 {
		if _, err := a.Recover(context.Background()); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	fmt.Println("rescued", time.Since(start).Microseconds())
	return closes(a)
}

// isFinding says that a report tells of the loss.
func isFinding(r info.Report) bool {
	return len(r.Findings) > 0 && strings.Contains(r.Findings[0].Kind, info.KindTruncated)
}
