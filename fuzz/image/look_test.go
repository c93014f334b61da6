package image_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"usarena/arena"
	"usarena/info"
)

// witness notes what happened to one input. Errors and findings of kinds that
// did not occur before lead the fuzzing engine on.
type witness struct {
	seen      map[string]bool
	bad       []string
	sound     bool   // Check found nothing
	committed uint64 // as Stat says
}

func (w *witness) saw(what, kind string) { w.seen[what+" "+kind] = true }

func (w *witness) wrong(format string, args ...any) {
	w.bad = append(w.bad, fmt.Sprintf(format, args...))
}

// sentinels are the errors that a program can tell.
var sentinels = map[string]error{
	"NotArena": arena.ErrNotArena, "Version": arena.ErrVersion, "Corrupt": arena.ErrCorrupt, "Truncated": arena.ErrTruncated,
	"TooManyUsers": arena.ErrTooManyUsers, "NoSpace": arena.ErrNoSpace, "Invalid": arena.ErrInvalid, "NotAllocated": arena.ErrNotAllocated,
	"DoubleFree": arena.ErrDoubleFree, "OutsideWindow": arena.ErrOutsideWindow, "Busy": arena.ErrBusy,
}

// err notes how a call came back. Errors of other kinds are wrong, but for
// those of the system.
func (w *witness) err(what string, err error) bool {
	if err == nil {
		w.saw(what, "ok")
		return true
	}
	for name, s := range sentinels {
		if errors.Is(err, s) {
			w.saw(what, name)
			return false
		}
	}
	var errno syscall.Errno
	if !errors.As(err, &errno) && !errors.Is(err, fs.ErrNotExist) {
		w.wrong("%s: an error that no program can tell: %v", what, err)
	}
	w.saw(what, "errno")
	return false
}

func (w *witness) report(what string, r info.Report, err error) {
	if !w.err(what, err) {
		return
	}
	if r.Clean != (len(r.Findings) == 0) {
		w.wrong("%s: clean is %v with %d findings", what, r.Clean, len(r.Findings))
	}
	for _, f := range r.Findings {
		w.saw("finding", f.Kind)
	}
}

// smallFile is up to where a file is read into memory as well.
const smallFile = 1 << 20

// lookAt uses everything that looks at a file without joining it.
func (w *witness) lookAt(name string) {
	r, err := info.Check(name)
	w.report("Check", r, err)
	w.sound = err == nil && r.Clean
	n, last := 0, uint64(0)
	for b, err := range info.Walk(name) {
		if err != nil {
			w.err("Walk", err)
			break
		}
		if b.Offset <= last || b.Size == 0 {
			w.wrong("Walk: block %+v after %#x", b, last)
		}
		last = b.Offset
		n++
	}
	w.err("Dump", info.Dump(io.Discard, name))
	w.err("Map", info.Map(io.Discard, name, 80, n%2 == 0))
	w.err("MapSVG", info.MapSVG(io.Discard, name))
	st, err := info.Stat(name)
	w.err("Stat", err)
	w.committed = st.Committed
	_, err = info.Users(name)
	w.err("Users", err)
	if st, err := os.Stat(name); err == nil && st.Size() <= smallFile {
		if b, err := os.ReadFile(name); err == nil {
			w.report("CheckImage", info.CheckImage(b), nil)
			w.twin(b)
		}
	}
}

// readOnly uses what an attachment without a slot can do.
func (w *witness) readOnly(name string, check bool) {
	a, err := arena.OpenReadOnly(name)
	if !w.err("OpenReadOnly", err) {
		return
	}
	defer func() { w.err("Close", a.Close()) }()
	for off, n := range a.Blocks() {
		size, err := a.BlockSize(off)
		w.err("BlockSize", err)
		if w.sound && size != n {
			w.wrong("the walk finds %d bytes at %#x, BlockSize says %d, %v", n, off, size, err)
		}
		w.window(a, off, n, false)
	}
	if check { // slow: what looks wrong is looked at again and again
		w.report("Arena.Check", a.Check(), nil)
	}
	a.Stats()
	a.Users()
	a.Self()
	a.Config()
	_, err = arena.Root[[4]uint64](a)
	w.err("Root", err)
	_, err = a.Malloc(5)
	if !errors.Is(err, arena.ErrReadOnly) {
		w.wrong("Malloc without a slot: %v", err)
	}
}

// window touches the memory of a block. The call may panic, as documented, where
// the block is not inside of what exists.
func (w *witness) window(a *arena.Arena, off, n uint64, write bool) {
	defer func() {
		if v := recover(); v != nil {
			err, ok := v.(error)
			if !ok || !errors.Is(err, arena.ErrInvalid) && !errors.Is(err, arena.ErrOutsideWindow) {
				panic(v)
			}
			w.saw("Bytes", "panic")
			if w.sound {
				w.wrong("Bytes in a sound arena: %v", err)
			}
		}
	}()
	b := a.Bytes(off, n)
	if len(b) == 0 {
		return
	}
	x := b[0] + b[len(b)-1]
	if write {
		b[0], b[len(b)-1] = x, ^x
	}
}
