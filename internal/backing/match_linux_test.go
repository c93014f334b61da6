package backing_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/backing"
	"usarena/internal/errs"
)

const matched = 40 << 20

// sparse makes a file of that length with some data in it.
func sparse(t *testing.T, name string) *backing.File {
	t.Helper()
	f := create(t, parse(t, name), "")
	if err := f.Truncate(matched); err != nil {
		t.Fatal(err)
	}
	return f
}

// One file follows another one, data and holes, and writes no more than what changed.
func TestMatcher(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		from, to := sparse(t, name), sparse(t, name+".copy")
		m := backing.NewMatcher(to, from)
		t.Cleanup(func() { m.Close() })
		r := rand.New(rand.NewPCG(1, 2))
		put := func(at uint64, n int, zero bool) {
			b := make([]byte, n)
			for i := range b {
				if !zero {
					b[i] = byte(r.Uint32()) | 1
				}
			}
			if _, err := from.WriteAt(b, int64(at)); err != nil {
				t.Fatal(err)
			}
		}
		same := func(what string, least, most uint64) {
			t.Helper()
			seen := make(chan uint64, 100)
			n, err := m.Match(context.Background(), 4096, matched, func(n uint64) { seen <- n })
			close(seen)
			total := uint64(0)
			for k := range seen {
				total += k
			}
			if err != nil || n < least || n > most || total != matched-4096 {
				t.Errorf("%s: %d bytes written, want %d to %d, %d seen, %v", what, n, least, most, total, err)
			}
			a, b := make([]byte, matched), make([]byte, matched)
			from.ReadAt(a, 0)
			to.ReadAt(b, 0)
			if !bytes.Equal(a[4096:], b[4096:]) {
				t.Errorf("%s: they are not the same", what)
			}
			if n := bytes.Count(b[:4096], []byte{0}); n != 4096 {
				t.Errorf("%s: %d bytes before the beginning were written", what, 4096-n)
			}
		}
		put(0, 4096, false)
		put(3<<20, 5<<20, false)
		put(20<<20, 12345, false)
		put(matched-5000, 5000, false)
		same("first", 5<<20, 5<<20+1<<20)
		same("again", 0, 0)
		put(4<<20+77, 1, false)
		put(30<<20, 100, false)
		same("little", 100, 200<<10)
		put(3<<20, 1<<20, true)
		same("zeros", 1<<20, 1<<20+128<<10)
		if err := unix.Fallocate(from.FD(), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 5<<20, 2<<20); err != nil {
			t.Skip(err)
		}
		same("a hole", 2<<20-128<<10, 2<<20+128<<10)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := m.Match(ctx, 4096, matched, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

// A file that is cut off is an error, no signal.
func TestMatcherOfLostPages(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		from, to := sparse(t, name), sparse(t, name+".copy")
		from.WriteAt(bytes.Repeat([]byte{7}, 16<<20), 0)
		m := backing.NewMatcher(to, from)
		t.Cleanup(func() { m.Close() })
		once := false
		_, err := m.Match(context.Background(), 0, matched, func(uint64) {
			if !once { // by then all know where there was data
				once = true
				unix.Ftruncate(from.FD(), 4096)
			}
		})
		if err != nil && !errors.Is(err, errs.Truncated) {
			t.Error(err)
		}
		if err := unix.Ftruncate(from.FD(), 4096); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Match(context.Background(), 0, matched, nil); err != nil && !errors.Is(err, errs.Truncated) {
			t.Error(err)
		}
	})
}
