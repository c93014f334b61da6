package arena_test

import (
	"errors"
	"strings"
	gosync "sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"usarena/arena"
	"usarena/arena/arenatest"
)

type (
	small  struct{ A, B uint8 }
	padded struct {
		A uint32
		_ [4]byte
		B uint64
	}
	hole struct {
		A uint32
		B uint64
	}
	tail struct {
		A uint64
		B uint32
	}
	tailPadded struct {
		A uint64
		B uint32
		_ [4]byte
	}
	nested struct {
		A    uint32
		Deep [3]struct{ X hole }
	}
	aligned struct { // an atomic carries its alignment everywhere
		A uint32
		B atomic.Uint64
		C uint32
	}
	cells struct {
		A uint32
		C arena.Cell[cells]
		P arena.Ptr[cells]
		S arena.Slice[cells]
	}
	ptrHole struct {
		A uint32
		P arena.Ptr[cells]
	}
	marked struct {
		_ [0]func() // not to be compared
		A uint64
	}
	zeroTail struct {
		A uint64
		Z struct{}
	}
	withMutex struct {
		A uint64
		M gosync.Mutex
	}
	withOnce    struct{ O gosync.Once }
	withPointer struct{ P *small }
	withInt     struct{ Deep [2]struct{ Count int } }
	withString  struct {
		A    uint64
		Name string
	}
	withAtomicPointer struct{ P atomic.Pointer[small] }
)

func tryNew[T any](a *arena.Arena) (uintptr, error) {
	p, err := arena.New[T](a)
	if err == nil {
		err = p.Free(a)
	}
	return unsafe.Sizeof(*new(T)), err
}

func TestShareable(t *testing.T) {
	a := arenatest.New(t)
	for _, c := range []struct {
		name string
		try  func(*arena.Arena) (uintptr, error)
		size uintptr // 0: refused
		text []string
	}{
		{"bool", tryNew[bool], 1, nil},
		{"int8", tryNew[int8], 1, nil},
		{"uint16", tryNew[uint16], 2, nil},
		{"int32", tryNew[int32], 4, nil},
		{"uint64", tryNew[uint64], 8, nil},
		{"float32", tryNew[float32], 4, nil},
		{"float64", tryNew[float64], 8, nil},
		{"complex64", tryNew[complex64], 8, nil},
		{"complex128", tryNew[complex128], 16, nil},
		{"Offset", tryNew[arena.Offset], 8, nil},
		{"Duration", tryNew[time.Duration], 8, nil},
		{"array", tryNew[[7]uint16], 14, nil},
		{"small", tryNew[small], 2, nil},
		{"padded", tryNew[padded], 16, nil},
		{"tailPadded", tryNew[tailPadded], 16, nil},
		{"aligned", tryNew[aligned], 24, nil},
		{"cells", tryNew[cells], 40, nil},
		{"marked", tryNew[marked], 8, nil},
		{"atomic.Int32", tryNew[atomic.Int32], 4, nil},
		{"atomic.Uint32", tryNew[atomic.Uint32], 4, nil},
		{"atomic.Bool", tryNew[atomic.Bool], 4, nil},
		{"atomic.Int64", tryNew[atomic.Int64], 8, nil},
		{"atomic.Uint64", tryNew[[2]atomic.Uint64], 16, nil},

		{"int", tryNew[int], 0, []string{"int32 or int64"}},
		{"uint", tryNew[uint], 0, []string{"uint32 or uint64"}},
		{"uintptr", tryNew[uintptr], 0, []string{"arena.Offset"}},
		{"string", tryNew[string], 0, []string{"arena.Slice[byte]"}},
		{"[]uint64", tryNew[[]uint64], 0, []string{"arena.Slice[uint64]"}},
		{"map", tryNew[map[int]int], 0, []string{"this process only"}},
		{"chan", tryNew[chan int], 0, []string{"this process only"}},
		{"func", tryNew[func()], 0, []string{"this process only"}},
		{"any", tryNew[any], 0, []string{"this process only"}},
		{"unsafe.Pointer", tryNew[unsafe.Pointer], 0, []string{"arena.Ptr"}},
		{"atomic.Uintptr", tryNew[atomic.Uintptr], 0, []string{"atomic.Uint64"}},
		{"atomic.Value", tryNew[atomic.Value], 0, []string{"arena.Cell"}},
		{"time.Time", tryNew[time.Time], 0, []string{"time.Time.loc", "arena.Ptr"}},
		{"hole", tryNew[hole], 0, []string{"hole.B", "byte 8", "at 4", "`_ [4]byte` before it"}},
		{"tail", tryNew[tail], 0, []string{"tail", "16 bytes", "12", "`_ [4]byte` at its end"}},
		{"nested", tryNew[nested], 0, []string{"nested.Deep[].X.B", "`_ [4]byte` before it"}},
		{"ptrHole", tryNew[ptrHole], 0, []string{"ptrHole.P", "`_ [4]byte` before it"}},
		{"zeroTail", tryNew[zeroTail], 0, []string{"zeroTail.Z", "move it"}},
		{"withMutex", tryNew[withMutex], 0, []string{"withMutex.M", "usarena/sync"}},
		{"withOnce", tryNew[withOnce], 0, []string{"withOnce.O", "usarena/sync"}},
		{"withPointer", tryNew[withPointer], 0, []string{"withPointer.P", "arena.Ptr"}},
		{"withInt", tryNew[withInt], 0, []string{"withInt.Deep[].Count", "int64"}},
		{"withString", tryNew[withString], 0, []string{"withString.Name", "arena.Slice[byte]"}},
		{"withAtomicPointer", tryNew[withAtomicPointer], 0, []string{"withAtomicPointer.P", "arena.Cell"}},
	} {
		for range 2 { // the second time from the cache
			size, err := c.try(a)
			if c.size != 0 {
				if err != nil || size != c.size {
					t.Errorf("%s: %d bytes, %v; want %d", c.name, size, err, c.size)
				}
				continue
			}
			if !errors.Is(err, arena.ErrNotShareable) {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			for _, want := range c.text {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %q is not in %q", c.name, want, err)
				}
			}
		}
	}
}
