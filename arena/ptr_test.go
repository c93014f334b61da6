package arena_test

import (
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
)

type node struct {
	Next  arena.Ptr[node]
	Value uint64
	Tail  arena.Cell[node]
	Text  arena.Slice[byte]
}

func TestSizes(t *testing.T) {
	var n node
	for what, got := range map[string][2]uintptr{
		"Ptr":   {unsafe.Sizeof(arena.Ptr[node]{}), 8},
		"Slice": {unsafe.Sizeof(arena.Slice[node]{}), 16},
		"Cell":  {unsafe.Sizeof(n.Tail), 8},
		"align": {unsafe.Alignof(n.Tail), 8},
		"node":  {unsafe.Sizeof(n), 40},
		"Text":  {unsafe.Offsetof(n.Text), 24},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d, want %d", what, got[0], got[1])
		}
	}
}

func TestTypedPointers(t *testing.T) {
	a := arenatest.New(t)
	var list arena.Ptr[node]
	for i := range uint64(1000) {
		p, err := arena.New[node](a)
		if err != nil {
			t.Fatal(err)
		}
		n := p.In(a)
		if n.Value != 0 || n.Next != (arena.Ptr[node]{}) || n.Tail.Load() != (arena.Ptr[node]{}) || n.Text.Len() != 0 {
			t.Fatalf("a new node is %+v", n.Value)
		}
		n.Value, n.Next = i, list
		list = p
	}
	if !arena.CasRoot(a, arena.Ptr[node]{}, list) || arena.CasRoot(a, arena.Ptr[node]{}, list) {
		t.Error("CasRoot")
	}
	b := mustJoin(t, a.Name())
	root, err := arena.Root[node](b)
	if err != nil || root != list {
		t.Fatalf("%v, %v", root, err)
	}
	want := uint64(1000)
	for p := root; p != (arena.Ptr[node]{}); {
		if want--; p.In(b).Value != want {
			t.Fatalf("value %d, want %d", p.In(b).Value, want)
		}
		next := p.In(b).Next
		if err := p.Free(b); err != nil {
			t.Fatal(err)
		}
		p = next
	}
	var none arena.Ptr[node]
	if want != 0 || none.In(a) != nil || none.Offset() != 0 || none.Free(a) != nil {
		t.Error("nil")
	}
	_, err = arena.Root[node](b)
	if !errors.Is(err, arena.ErrNotAllocated) && !errors.Is(err, arena.ErrDoubleFree) {
		t.Errorf("root of a freed node: %v", err)
	}
}

func TestAt(t *testing.T) {
	a := arenatest.New(t)
	p := mustMalloc(t, a, 64)
	if q, err := arena.At[[64]byte](a, p); err != nil || q.Offset() != p {
		t.Errorf("%v, %v", q, err)
	}
	if q, err := arena.At[node](a, 0); err != nil || q.Offset() != 0 {
		t.Errorf("nil: %v, %v", q, err)
	}
	for what, c := range map[string]struct {
		f    func() error
		want error
	}{
		"too large":    {func() error { _, err := arena.At[[4096]byte](a, p); return err }, arena.ErrInvalid},
		"misaligned":   {func() error { _, err := arena.At[uint64](a, p+1); return err }, arena.ErrInvalid},
		"inside":       {func() error { _, err := arena.At[byte](a, p+16); return err }, arena.ErrNotAllocated},
		"far away":     {func() error { _, err := arena.At[byte](a, 1<<50); return err }, arena.ErrNotAllocated},
		"the header":   {func() error { _, err := arena.At[byte](a, 8); return err }, arena.ErrNotAllocated},
		"the last":     {func() error { _, err := arena.At[byte](a, math.MaxUint64); return err }, arena.ErrNotAllocated},
		"no type":      {func() error { _, err := arena.At[*int](a, p); return err }, arena.ErrNotShareable},
		"new, no type": {func() error { _, err := arena.New[string](a); return err }, arena.ErrNotShareable},
	} {
		if err := c.f(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	if err := a.Free(p); err != nil {
		t.Fatal(err)
	}
	if _, err := arena.At[byte](a, p); err == nil {
		t.Error("At of a freed block")
	}
	// A Ptr that damage or a stranger made leads nowhere, or panics with a reason.
	cell, err := arena.New[uint64](a)
	if err != nil {
		t.Fatal(err)
	}
	for _, off := range []uint64{8, 1 << 40, math.MaxUint64, math.MaxUint64 - 7} {
		*cell.In(a) = off
		evil := *(*arena.Ptr[node])(unsafe.Pointer(cell.In(a)))
		wantPanic(t, "In", arena.ErrInvalid, func() { evil.In(a) })
	}
}

func TestSlices(t *testing.T) {
	a := arenatest.New(t)
	s, err := arena.NewSlice[uint32](a, 1000)
	if err != nil || s.Len() != 1000 {
		t.Fatal(s, err)
	}
	in := s.In(a)
	if len(in) != 1000 || cap(in) != 1000 {
		t.Errorf("%d of %d", len(in), cap(in))
	}
	for i, v := range in {
		if v != 0 {
			t.Fatalf("element %d is %d", i, v)
		}
	}
	c, err := arena.CopyIn(a, []byte("some text"))
	if err != nil || string(c.In(a)) != "some text" {
		t.Errorf("%q, %v", c.In(a), err)
	}
	empty, err := arena.CopyIn[uint64](a, nil)
	if err != nil || empty != (arena.Slice[uint64]{}) || empty.In(a) != nil || empty.Free(a) != nil {
		t.Errorf("%v, %v", empty, err)
	}
	_, err = arena.NewSlice[uint64](a, -1)
	wantError(t, "length -1", err, arena.ErrInvalid)
	if _, err = arena.NewSlice[[1 << 20]byte](a, math.MaxInt); err == nil {
		t.Error("a slice larger than the world")
	}
	box, err := arena.New[[2]uint64](a)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []uint64{1 << 40, 1 << 61, math.MaxUint64} {
		*box.In(a) = [2]uint64{s.Offset(), n}
		evil := *(*arena.Slice[uint64])(unsafe.Pointer(box.In(a)))
		wantPanic(t, "In", arena.ErrInvalid, func() { evil.In(a) })
		if evil.Len() <= 0 {
			t.Errorf("length %d", evil.Len())
		}
	}
	if err := errors.Join(s.Free(a), c.Free(a)); err != nil {
		t.Error(err)
	}
}

func TestCell(t *testing.T) {
	a := arenatest.New(t)
	p, err1 := arena.New[node](a)
	q, err2 := arena.New[node](a)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	var none arena.Ptr[node]
	c := &p.In(a).Tail
	if c.Load() != none || c.CompareAndSwap(q, p) || !c.CompareAndSwap(none, q) || c.Load() != q {
		t.Error("compare and swap")
	}
	c.Store(p)
	if c.Load() != p {
		t.Error("store")
	}
	// The tag above the offset survives.
	word := (*atomic.Uint64)(unsafe.Pointer(c))
	const tag = uint64(0x3ff5) << 34
	word.Or(tag)
	if c.Load() != p || !c.CompareAndSwap(p, q) || c.Load() != q {
		t.Error("with a tag")
	}
	if c.Store(none); c.Load() != none || word.Load() != tag {
		t.Errorf("word %#x", word.Load())
	}
	// Every swap from old to new happens once.
	c.Store(none)
	var wins atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if c.CompareAndSwap(none, p) {
				wins.Add(1)
			}
		}()
	}
	if wg.Wait(); wins.Load() != 1 {
		t.Errorf("%d winners", wins.Load())
	}
}

// New must not allocate in Go once it knows the type.
func TestNewAllocatesNothing(t *testing.T) {
	a := arenatest.New(t, &config.Config{Size: 1 << 20})
	p, err := arena.New[node](a)
	if err != nil {
		t.Fatal(err)
	}
	for what, f := range map[string]func(){
		"New and Free": func() { q, _ := arena.New[node](a); q.Free(a) },
		"Malloc":       func() { q, _ := a.Malloc(64); a.Free(q) },
		"In":           func() { p.In(a).Value++ },
		"Bytes":        func() { a.Bytes(p.Offset(), 8)[0]++ },
		"Info":         func() { a.PutInfo(a.GetInfo()) },
	} {
		// The race detector's build of the heap works differently inside.
		if n := testing.AllocsPerRun(100, f); n != 0 && !raceEnabled {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
}

func BenchmarkAccess(b *testing.B) {
	a := arenatest.New(b, &config.Config{Size: 1 << 20})
	p, err := arena.New[node](a)
	if err != nil {
		b.Fatal(err)
	}
	var sum uint64
	b.Run("op=Bytes", func(b *testing.B) {
		for range b.N {
			sum += uint64(a.Bytes(p.Offset(), 8)[3])
		}
	})
	b.Run("op=Pointer", func(b *testing.B) {
		for range b.N {
			sum += *(*uint64)(a.Pointer(p.Offset()))
		}
	})
	b.Run("op=In", func(b *testing.B) {
		for range b.N {
			sum += p.In(a).Value
		}
	})
	b.Run("op=GetInfo", func(b *testing.B) {
		for range b.N {
			sum += a.GetInfo()
		}
	})
	b.Run("op=MallocFree", func(b *testing.B) {
		n := uint64(unsafe.Sizeof(node{}))
		for range b.N {
			q, err := a.Malloc(n)
			if err != nil || a.Free(q) != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("op=NewFree", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			q, err := arena.New[node](a)
			if err != nil || q.Free(a) != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkJoin(b *testing.B) {
	a := arenatest.New(b)
	for range b.N {
		c, err := arena.Join(a.Name())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Malloc(64); err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}
