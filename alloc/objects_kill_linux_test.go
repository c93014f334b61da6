package alloc_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/alloc"
	"usarena/internal/layout"
	"usarena/internal/worker"
)

const (
	killedSize  = 16 << 20
	killedClass = 12 // long enough to be killed inside
)

// sharedMemory maps what f holds.
func sharedMemory(f *os.File) ([]byte, error) {
	return unix.Mmap(int(f.Fd()), 0, killedSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

func init() {
	// objects fills descriptor 3 with runs of objects, until it is killed.
	worker.Register("objects", func(s *worker.Side) error {
		s.Follow()
		mem, err := sharedMemory(os.NewFile(3, "arena"))
		if err != nil {
			return err
		}
		h, err := alloc.Open(mem)
		if err != nil {
			return err
		}
		if err := s.Tell(true); err != nil {
			return err
		}
		for {
			if _, err := h.NewObjects(killedClass); err != nil {
				worker.Stay() // full
			}
		}
	})
}

// Whoever is killed while it makes runs of objects leaves runs that are blank, and
// free pages; which it is, the kernel decides.
func TestObjectsKilled(t *testing.T) {
	size, _ := layout.ObjectBytes(killedClass)
	pages := layout.ObjectPages(size)
	under := 0
	for round := range 6 {
		fd, err := unix.MemfdCreate("usarena-test", unix.MFD_CLOEXEC)
		if err != nil {
			t.Fatal(err)
		}
		f := os.NewFile(uintptr(fd), "arena")
		defer f.Close()
		if err := f.Truncate(killedSize); err != nil {
			t.Fatal(err)
		}
		mem, err := sharedMemory(f)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Munmap(mem) })
		h, err := alloc.Create(mem, alloc.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		r := h.Region()
		soil(t, h, uint64(h.Mallinfo().Arena))

		p, err := worker.Start(t.Context(), "objects", nil, func(c *exec.Cmd) error {
			c.ExtraFiles = []*os.File{f}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Kill)
		var began bool
		if err := p.Hear(&began); err != nil {
			t.Fatal(err)
		}
		first, deadline := int64(pages)*int64(1+round*5), time.Now().Add(time.Minute)
		for r.Header().UsedPages.Load() < first {
			if time.Now().After(deadline) {
				t.Fatalf("round %d: no runs come", round)
			}
		}
		p.Kill()

		if rec := alloc.RecoverUser(r, 2, 1, &buried{slot: 2}, layout.LockWord(1, 1), true); rec.Large != 0 || rec.Freed != 0 {
			t.Errorf("round %d: recovered %+v", round, rec)
		}
		r.User(2).Word.Store(layout.UserWord(layout.UserFree, 1))
		runs := alloc.ObjectRuns(r)
		for _, page := range runs {
			if n := r.Load(page).Len(); n != pages {
				t.Fatalf("round %d: a run of %d pages", round, n)
			}
			wantZero(t, r, page, pages)
		}
		if made := len(chain(t, r)); made != len(runs) && made != len(runs)-1 {
			t.Errorf("round %d: %d runs in the chain, %d are there", round, made, len(runs))
		}
		if m := h.Mallinfo(); m.Uordblks != 0 || m.Fordblks+len(runs)*int(size) != m.Arena {
			t.Errorf("round %d: beside %d runs not all is free: %+v", round, len(runs), m)
		} else if m.Fordblks > int(size) {
			under++
			newObjects(t, h, 0)
		}
		wantClean(t, h)
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	if under == 0 {
		t.Error("no kill came before the memory was full")
	}
}
