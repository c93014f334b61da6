package arena_test

import (
	"testing"

	"usarena/arena"
	"usarena/config"
)

// newCell is a cell in a block of its own.
func newCell(t testing.TB, a *arena.Arena) (arena.Ptr[arena.Cell[byte]], *arena.Cell[byte]) {
	t.Helper()
	p, err := arena.New[arena.Cell[byte]](a)
	if err != nil {
		t.Fatal(err)
	}
	return p, p.In(a)
}

func TestCells(t *testing.T) {
	for what, cfg := range map[string]*config.Config{"small": nil, "large": {Size: 64 << 20}, "tiny": {Size: 64 << 10, NoAutoGrow: true}} {
		t.Run(what, func(t *testing.T) {
			a := mustCreate(t, t.TempDir()+"/a", cfg)
			at, cell := newCell(t, a)
			before := a.Stats().LiveBytes
			for _, n := range []uint64{0, 1, 16, 64, 1000, 32 << 10, 9000} {
				p, err := a.MallocTo(at.Offset(), n)
				if err != nil {
					t.Fatalf("%d bytes: %v", n, err)
				}
				if cell.Load().Offset() != p || a.LoadCell(at.Offset()) != p {
					t.Errorf("%d bytes: cell holds %#x, the block is at %#x", n, cell.Load().Offset(), p)
				}
				if size, err := a.BlockSize(p); err != nil || size < n {
					t.Errorf("%d bytes: block of %d, %v", n, size, err)
				}
				_, err = a.MallocTo(at.Offset(), n)
				wantError(t, "into a cell that is full", err, arena.ErrBusy)
				if err := a.FreeFrom(at.Offset()); err != nil {
					t.Fatal(err)
				}
				if p := cell.Load().Offset(); p != 0 {
					t.Errorf("after FreeFrom the cell holds %#x", p)
				}
				if err := a.FreeFrom(at.Offset()); err != nil {
					t.Errorf("of nil: %v", err)
				}
				wantClean(t, a)
			}
			if now := a.Stats().LiveBytes; now != before {
				t.Errorf("%d bytes are live, %d were before", now, before)
			}
		})
	}
}

func TestReallocTo(t *testing.T) {
	a := mustCreate(t, t.TempDir()+"/a", &config.Config{Size: 4 << 20})
	at, cell := newCell(t, a)
	before := a.Stats().LiveBytes
	had := 0
	for i, n := range []uint64{10, 200, 5000, 100_000, 60_000, 3000, 17} {
		p, err := a.ReallocTo(at.Offset(), n)
		if err != nil || cell.Load().Offset() != p {
			t.Fatalf("%d bytes: %#x, %v; the cell holds %#x", n, p, err, cell.Load().Offset())
		}
		b := a.Bytes(p, n)
		for k := range min(had, len(b)) {
			if b[k] != byte(k+i-1) {
				t.Fatalf("%d bytes: byte %d is %d", n, k, b[k])
			}
		}
		for k := range b {
			b[k] = byte(k + i)
		}
		had = len(b)
	}
	if p, err := a.ReallocTo(at.Offset(), 0); p != 0 || err != nil || cell.Load().Offset() != 0 {
		t.Errorf("to nothing: %#x, %v", p, err)
	}
	if now := a.Stats().LiveBytes; now != before {
		t.Errorf("%d bytes are live, %d were before", now, before)
	}
	wantClean(t, a)
}

// TestCellsAndPtrs: what is published as a typed pointer is freed through the cell
// and the other way round.
func TestCellsAndPtrs(t *testing.T) {
	a := mustCreate(t, t.TempDir()+"/a", nil)
	at, cell := newCell(t, a)
	p, err := arena.New[byte](a)
	if err != nil {
		t.Fatal(err)
	}
	cell.Store(p)
	if err := a.FreeFrom(at.Offset()); err != nil {
		t.Fatal(err)
	}
	_, err = a.BlockSize(p.Offset())
	wantError(t, "freed", err, arena.ErrDoubleFree)
	if _, err := a.MallocTo(at.Offset(), 1); err != nil {
		t.Fatal(err)
	}
	old := cell.Load()
	if !cell.CompareAndSwap(old, arena.Ptr[byte]{}) {
		t.Fatal("not exchanged")
	}
	if err := old.Free(a); err != nil {
		t.Fatal(err)
	}
	if _, err := a.MallocTo(at.Offset(), 1); err != nil {
		t.Errorf("after another's exchange: %v", err)
	}
}

func TestCellsRefuse(t *testing.T) {
	a := mustCreate(t, t.TempDir()+"/a", nil)
	at, cell := newCell(t, a)
	for _, off := range []arena.Offset{0, 4, at.Offset() + 1, 1 << 40, ^arena.Offset(0) &^ 7} {
		_, err := a.MallocTo(off, 1)
		wantError(t, "malloc to", err, arena.ErrInvalid)
		wantError(t, "free from", a.FreeFrom(off), arena.ErrInvalid)
		wantPanic(t, "load", arena.ErrInvalid, func() { a.LoadCell(off) })
	}
	_, err := a.MallocTo(at.Offset(), 1<<40)
	wantError(t, "too much", err, arena.ErrNoSpace)
	if p := cell.Load().Offset(); p != 0 {
		t.Errorf("after a refusal the cell holds %#x", p)
	}
	p := mustMalloc(t, a, 64)
	small, err := arena.At[byte](a, p)
	if err != nil {
		t.Fatal(err)
	}
	cell.Store(small)
	if err := a.Free(p); err != nil {
		t.Fatal(err)
	}
	wantError(t, "of a block that was freed", a.FreeFrom(at.Offset()), arena.ErrDoubleFree)
	if a.LoadCell(at.Offset()) != p {
		t.Error("a refused FreeFrom has changed the cell")
	}
	r, err := arena.OpenReadOnly(a.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, err = r.MallocTo(at.Offset(), 1)
	wantError(t, "read-only", err, arena.ErrReadOnly)
	if r.LoadCell(at.Offset()) != p {
		t.Error("read-only sees another cell")
	}
}

// TestCellsRace lets goroutines of two users fill and empty the same cells: what
// one has got in, one takes out, and nothing is lost.
func TestCellsRace(t *testing.T) {
	a := mustCreate(t, t.TempDir()+"/a", &config.Config{Size: 8 << 20})
	b := mustJoin(t, a.Name())
	var cells []arena.Offset
	for range 4 {
		at, _ := newCell(t, a)
		cells = append(cells, at.Offset())
	}
	before := a.Stats().LiveBytes
	done := make(chan error, 16)
	for g := range cap(done) {
		x := []*arena.Arena{a, b}[g%2]
		go func() {
			var err error
			for i := 0; i < 3000 && err == nil; i++ {
				switch c := cells[(i+g)%len(cells)]; i % 3 {
				case 0:
					_, err = x.MallocTo(c, uint64(16+i%3000))
				case 1:
					_, err = x.ReallocTo(c, uint64(16+i%5000))
				case 2:
					err = x.FreeFrom(c)
				}
				if busyOrGone(err) {
					err = nil
				}
			}
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	for _, c := range cells {
		if err := a.FreeFrom(c); err != nil {
			t.Error(err)
		}
	}
	if now := a.Stats().LiveBytes; now != before {
		t.Errorf("%d bytes are live, %d were before", now, before)
	}
	wantClean(t, a)
}
