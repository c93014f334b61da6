package region_test

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/region"
)

// eachFile is each for tests that change the file beneath.
func eachFile(t *testing.T, f func(t *testing.T, r *region.Region, fd int)) {
	for _, window := range []uint64{0, 512} {
		t.Run(fmt.Sprintf("window=%d", window), func(t *testing.T) {
			r, fd := mappedFile(t, window)
			defer unix.Close(fd)
			defer r.Close()
			f(t, r, fd)
		})
	}
}

func call(r *region.Region, f func()) (err error) {
	defer r.Caught("call", &err, fault.Arm())
	f()
	return nil
}

// panics is what f panics with; faults are panics in it.
func panics(f func()) (p any) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { p = recover() }()
	f()
	return nil
}

// faults skips a test in builds where faults cannot be caught.
func faults(t *testing.T) {
	if region.RaceEnabled {
		t.Skip("the race detector does the atomic operations, and its faults are final")
	}
}

func TestLostPages(t *testing.T) {
	faults(t)
	eachFile(t, func(t *testing.T, r *region.Region, fd int) {
		var told atomic.Int32
		r.OnLost(func() { told.Add(1) })
		kept, gone := word(r, 3, 0), word(r, 4, 0)
		if err := unix.Ftruncate(fd, int64(r.OffsetOf(4))); err != nil {
			t.Fatal(err)
		}
		if err := call(r, func() { kept.Add(1) }); err != nil || r.Lost("look") != nil {
			t.Errorf("a page that is there: %v", err)
		}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := call(r, func() { gone.Add(1) }); !errors.Is(err, errs.Truncated) {
					t.Errorf("a page that is not: %v", err)
				}
			})
		}
		all.Wait()
		if n := told.Load(); n != 1 {
			t.Errorf("told %d times", n)
		}
		err := r.Lost("look")
		if !errors.Is(err, errs.Truncated) {
			t.Errorf("later: %v", err)
		}
		// A call without an error panics with one, and who is around it returns it.
		if again := call(r, func() { panic(err) }); again != err {
			t.Errorf("again: %v", again)
		}
	})
}

func TestNonsense(t *testing.T) {
	eachFile(t, func(t *testing.T, r *region.Region, _ int) {
		if err := call(r, func() { r.State(1 << 40) }); !errors.Is(err, errs.Corrupt) {
			t.Errorf("a page beyond: %v", err)
		}
		if err := r.Lost("look"); !errors.Is(err, errs.Corrupt) {
			t.Errorf("later: %v", err)
		}
	})
}

// What is no fault of the file's goes on as it came, and the setting with it.
func TestOtherPanicsGoOn(t *testing.T) {
	faults(t)
	eachFile(t, func(t *testing.T, r *region.Region, fd int) {
		other, otherFd := mappedFile(t, 0)
		defer other.Close()
		defer unix.Close(otherFd)
		if err := unix.Ftruncate(otherFd, 0); err != nil {
			t.Fatal(err)
		}
		guard := guardWord(r)
		_, _, data := other.Zones()
		for what, f := range map[string]func(){
			"a fault in another arena": func() { wordAt(data).Load() },
			"the guard page":           func() { guard.Load() },
			"a nil pointer":            func() { (*atomic.Uint32)(nil).Load() },
			"an index":                 func() { _ = make([]int, 1)[len(t.Name())] },
			"a panic":                  func() { panic("usarena: something else") },
			"an error":                 func() { panic(errs.Truncated) },
		} {
			if p := panics(func() { call(r, f) }); p == nil {
				t.Errorf("%s was caught", what)
			}
		}
		if err := r.Lost("look"); err != nil {
			t.Error(err)
		}
		if fault.Arm() {
			t.Error("faults of this goroutine stay panics")
		}
		call(r, func() {})
		if !fault.Off() {
			t.Error("a nested call took the setting away")
		}
		done := make(chan bool)
		go func() { defer close(done); call(r, runtime.Goexit) }()
		<-done
	})
}

// A store into an arena that is mapped for reading is not the file's fault.
func TestStoreReadOnly(t *testing.T) {
	faults(t)
	w, fd := mappedFile(t, 0)
	defer w.Close()
	defer unix.Close(fd)
	r, err := region.Map(fd, geometry(t), region.Options{Name: "test", ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	at, gone := word(r, 0, 0), word(r, 9, 0)
	if p := panics(func() { call(r, func() { at.Store(1) }) }); p == nil {
		t.Error("a store was caught")
	}
	if err := unix.Ftruncate(fd, int64(r.OffsetOf(9))); err != nil {
		t.Fatal(err)
	}
	if err := call(r, func() { gone.Load() }); !errors.Is(err, errs.Truncated) {
		t.Errorf("a page that is gone: %v", err)
	}
}

// After Detach the file is out of reach of those who go on storing, and nothing
// faults on the way.
func TestDetach(t *testing.T) {
	eachFile(t, func(t *testing.T, r *region.Region, fd int) {
		word(r, 1, 7).Store(77)
		if _, _, err := r.Bury([]uint64{r.OffsetOf(2), r.OffsetOf(3), r.OffsetOf(6)}); err != nil {
			t.Fatal(err)
		}
		var stop atomic.Bool
		var n atomic.Int64
		var busy sync.WaitGroup
		for i := range uint64(exist) {
			w, s := word(r, i, 5), r.State(i)
			busy.Go(func() {
				for !stop.Load() {
					w.Add(1)
					s.Add(1)
					n.Add(1)
					runtime.Gosched()
				}
			})
		}
		until(t, "stores", func() bool { return n.Load() > 1000 })
		if err := r.Detach(fd); err != nil {
			t.Fatal(err)
		}
		read := func() (b [exist][8]byte) {
			for i := range b {
				unix.Pread(fd, b[i][:4], int64(r.OffsetOf(uint64(i)))+20)
				unix.Pread(fd, b[i][4:], int64(r.Geo.StatesOff)+int64(i)*8)
			}
			return b
		}
		was, from := read(), n.Load()
		until(t, "more stores", func() bool { return n.Load() > from+1000 })
		stop.Store(true)
		busy.Wait()
		if now := read(); now != was {
			t.Errorf("the file was changed: %v, %v", was, now)
		}
		if v := word(r, 1, 7).Load(); v != 77 {
			t.Errorf("a word reads as %d", v)
		}
		for _, page := range []uint64{2, 3, 6} {
			if v := word(r, page, 7).Load(); v != all {
				t.Errorf("page %d is not buried any more: %#x", page, v)
			}
		}
	})
}
