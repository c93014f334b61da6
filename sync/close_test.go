package sync_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
)

// Closing an arena ends every kind of wait of this process, and every later call.
func TestCloseEndsWaits(t *testing.T) {
	a := arenatest.New(t)
	b := second(t, a)
	l, s, rw := newLock(t, a), newSema(t, a, 0), newRW(t, a)
	bar, c, free, p := newBarrier(t, a), newCondition(t, a), newLock(t, a), newSema(t, a, 0, sync.Undo)
	q, err := sync.NewPollSema(a, 0)
	must(t, err)
	holder, err := sync.LockAt(b, l.Offset())
	must(t, err, holder.Lock(bg))
	writer, err := sync.RWLockAt(b, rw.Offset())
	must(t, err, writer.Lock(bg))
	_, err = q.P()
	must(t, err)
	calls := map[string]func() error{
		"lock": func() error { return l.Lock(bg) }, "second lock": func() error { return l.Lock(bg) },
		"p": func() error { return s.P(bg) }, "undo p": func() error { return p.P(bg) },
		"barrier": func() error { return bar.Wait(bg, 2) }, "read": func() error { return rw.RLock(bg) }, "write": func() error { return rw.Lock(bg) },
		"condition": func() error {
			if err := free.Lock(bg); err != nil {
				return err
			}
			return c.Wait(bg, free)
		},
	}
	type result struct {
		name string
		err  error
	}
	got := make(chan result, len(calls))
	for name, f := range calls {
		go func() { got <- result{name, f()} }()
	}
	time.Sleep(40 * time.Millisecond)
	start := time.Now()
	must(t, a.Close())
	t.Logf("closed after %v", time.Since(start))
	for range calls {
		r := <-got
		want(t, r.name, r.err, arena.ErrClosed)
	}
	for name, f := range calls {
		want(t, name+" later", f(), arena.ErrClosed)
	}
	for name, err := range map[string]error{
		"unlock": l.Unlock(), "release": l.Release(), "recovered": l.Recovered(), "v": s.V(), "runlock": rw.RUnlock(),
		"reset": bar.Reset(), "signal": c.Signal(), "free": l.Free(), "poll v": q.V(), "setup": sync.History(a).On(),
	} {
		want(t, name, err, arena.ErrClosed)
	}
	_, err = sync.NewLock(a)
	want(t, "new", err, arena.ErrClosed)
	_, err = l.TryLock(0)
	want(t, "try", err, arena.ErrClosed)
	must(t, holder.Unlock(), writer.Unlock())
}

// The fast path looks at nothing but the lock's word, also while that goes away.
func TestCloseUnderTheFastPath(t *testing.T) {
	for range 20 {
		a := arenatest.New(t)
		l, s := newLock(t, a), newSema(t, a, 1)
		done, begun := make(chan int), make(chan bool, 2)
		for i := range 2 {
			go func() {
				n := 0
				for ; ; n++ {
					if n == 100 {
						begun <- true
					}
					if i == 0 && (l.Lock(bg) != nil || l.Unlock() != nil) {
						break
					}
					if i == 1 && (s.P(bg) != nil || s.V() != nil) {
						break
					}
				}
				done <- n
			}()
		}
		<-begun
		<-begun
		a.Close() // names the lock if it was held just then
		for range 2 {
			if n := <-done; n == 0 {
				t.Error("nothing was done before")
			}
		}
		runtime.GC() // a page is given back once no handle is left
	}
}

func TestReadOnly(t *testing.T) {
	a := arenatest.New(t)
	r, err := arena.OpenReadOnly(a.Name())
	must(t, err)
	defer r.Close()
	_, err = sync.NewLock(r)
	want(t, "new lock", err, arena.ErrReadOnly)
	_, err = sync.LockAt(r, 64)
	want(t, "lock at", err, arena.ErrReadOnly)
}

// The wrong import must not compile: no name is one of Go's own sync.
func TestNamesDiffer(t *testing.T) {
	exported := func(dir string) map[string]bool {
		names := map[string]bool{}
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		must(t, err)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			must(t, err)
			for _, d := range f.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if d.Recv == nil && d.Name.IsExported() {
						names[d.Name.Name] = true
					}
				case *ast.GenDecl:
					for _, s := range d.Specs {
						if ts, ok := s.(*ast.TypeSpec); ok && ts.Name.IsExported() {
							names[ts.Name.Name] = true
						}
					}
				}
			}
		}
		return names
	}
	theirs := exported(filepath.Join(runtime.GOROOT(), "src", "sync"))
	if len(theirs) < 5 {
		t.Skip("Go's sources are not here: ", fs.ErrNotExist)
	}
	ours := exported(".")
	if len(ours) < 20 {
		t.Fatalf("only %v", ours)
	}
	for n := range ours {
		if theirs[n] {
			t.Errorf("%s is a name of Go's sync", n)
		}
	}
}
