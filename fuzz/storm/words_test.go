package storm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/worker"
)

// node is a block on the list that begins at the first datum. Anybody pushes
// one; whoever pops takes the whole list, so that no node can come back between
// a look and a swap.
type node struct {
	Next   arena.Offset
	Bytes  uint64 // of all, with the pattern behind
	Pusher uint64 // base address of the process
}

// sums are counted by everybody.
type sums struct {
	Pushed, Popped atomic.Uint64
	Value          atomic.Uint64 // changed by compare-and-swap
	Narrow         atomic.Uint32
	_              [4]byte
}

// pusherSpec says where and how a process works on the list.
type pusherSpec struct {
	Arena   string
	Sums    arena.Offset
	Addr    uint64 // asked for; 0: behind Skip bytes mapped before
	Skip    int
	Seconds int
	Seed    uint64
}

// pusherReport is what it did.
type pusherReport struct {
	Bits                          int
	Base                          uint64
	Pushed, Popped, Added, Others uint64 // Others: popped that another process pushed
}

// TestWordSizes: processes with 32- and 64-bit words, the arena mapped elsewhere
// in each, share a list whose blocks each of them allocates and frees.
func TestWordSizes(t *testing.T) {
	other := otherBinary(t)
	a := newArena(t, config.Config{MaxSize: 64 << 20, Users: 8, Share32: true})
	p, err := arena.New[sums](a)
	if err != nil {
		t.Fatal(err)
	}
	var team []*member
	for i := range 4 {
		spec := pusherSpec{Arena: a.Name(), Sums: p.Offset(), Seconds: *seconds, Seed: *seed + uint64(i)}
		if i < 2 {
			spec.Addr = 0x40000000 + uint64(i)<<28
		} else {
			spec.Skip = i << 20
		}
		use := func(cmd *exec.Cmd) error {
			if i%2 == 1 {
				cmd.Path = other
			}
			return nil
		}
		team = append(team, launch(t, "pusher", spec, use))
	}
	var got [4]pusherReport
	for range 2 * *seconds {
		time.Sleep(time.Second / 2)
		wantClean(t, "at work", a)
	}
	pushed, popped, added, foreign := uint64(0), uint64(0), uint64(0), uint64(0)
	bases, bits := map[uint64]bool{uint64(uintptr(a.Pointer(p.Offset()))) - p.Offset(): true}, map[int]int{}
	for i, m := range team {
		m.mustHear(t, &got[i])
		m.mustEnd(t)
		t.Logf("%+v", got[i])
		pushed, popped, added, foreign = pushed+got[i].Pushed, popped+got[i].Popped, added+got[i].Added, foreign+got[i].Others
		bases[got[i].Base], bits[got[i].Bits] = true, bits[got[i].Bits]+1
	}
	if len(bases) != 5 || bits[32] != 2 || bits[64] != 2 {
		t.Errorf("5 base addresses and 2 processes of each word size wanted: %v, %v", bases, bits)
	}
	rest, err := popAll(a, func(*node) {})
	if err != nil {
		t.Error(err)
	}
	popped += rest
	s := p.In(a)
	if pushed != popped || pushed == 0 || foreign == 0 {
		t.Errorf("%d pushed, %d popped, %d of these by another than the pusher", pushed, popped, foreign)
	}
	if s.Pushed.Load() != pushed || s.Popped.Load() != pushed-rest || s.Value.Load() != added || s.Narrow.Load() != uint32(added) {
		t.Errorf("counted %d, %d, %d, %d; done %d, %d, %d", s.Pushed.Load(), s.Popped.Load(), s.Value.Load(), s.Narrow.Load(), pushed, pushed-rest, added)
	}
	if err := p.Free(a); err != nil {
		t.Error(err)
	}
	wantEmpty(t, a)
}

// otherBinary builds this test for the machine's other word size.
func otherBinary(t *testing.T) string {
	t.Helper()
	arch := map[string]string{"amd64": "386", "386": "amd64"}[runtime.GOARCH]
	if arch == "" {
		skipped = true
		t.Skipf("%s has no other word size", runtime.GOARCH)
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		skipped = true
		t.Skip("the go tool is not there to build for ", arch)
	}
	path := filepath.Join(t.TempDir(), "storm-"+arch)
	build := exec.Command(tool, "test", "-c", "-vet=off", "-o", path, ".")
	build.Env = append(os.Environ(), "GOARCH="+arch, "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building for %s: %v\n%s", arch, err, out)
	}
	return path
}

func init() {
	role("pusher", func(w *worker.Side) error {
		w.Follow()
		var spec pusherSpec
		if err := w.Spec(&spec); err != nil {
			return err
		}
		if spec.Skip > 0 {
			if _, err := syscall.Mmap(-1, 0, spec.Skip, syscall.PROT_READ, syscall.MAP_PRIVATE|syscall.MAP_ANON); err != nil {
				return err
			}
		}
		a, err := arena.Init(spec.Arena, &config.Config{AttachAddr: spec.Addr})
		if err != nil {
			return err
		}
		r := pusherReport{Bits: strconv.IntSize, Base: uint64(uintptr(a.Pointer(spec.Sums))) - spec.Sums}
		if spec.Addr != 0 && r.Base != spec.Addr {
			return fmt.Errorf("mapped at %#x, asked for %#x", r.Base, spec.Addr)
		}
		s := (*sums)(a.Pointer(spec.Sums))
		rnd := rand.New(rand.NewPCG(spec.Seed, 7))
		for end := time.Now().Add(time.Duration(spec.Seconds) * time.Second); time.Now().Before(end); {
			for range rnd.IntN(40) {
				if err := push(a, rnd, &r); err != nil {
					return err
				}
				s.Pushed.Add(1)
			}
			n, err := popAll(a, func(n *node) {
				if n.Pusher != r.Base {
					r.Others++
				}
			})
			if err != nil {
				return err
			}
			r.Popped += n
			s.Popped.Add(n)
			for range 10 {
				r.Added++
				s.Narrow.Add(1)
				for v := s.Value.Load(); !s.Value.CompareAndSwap(v, v+1); v = s.Value.Load() {
				}
			}
		}
		return errors.Join(w.Tell(r), a.Close())
	})
}

// push puts a new node at the head of the list.
func push(a *arena.Arena, r *rand.Rand, rep *pusherReport) error {
	n := uint64(unsafe.Sizeof(node{})) + sizes{Most: 8 << 10, Large: 200 << 10, Every: 100}.choose(r)
	off, err := a.Malloc(n)
	if err != nil {
		return err
	}
	fill(a, entryOf(off, n), uint64(unsafe.Sizeof(node{})))
	x := (*node)(a.Pointer(off))
	x.Bytes, x.Pusher = n, rep.Base
	for {
		x.Next = a.GetInfo()
		if a.CasInfo(x.Next, off) {
			rep.Pushed++
			return nil
		}
	}
}

// popAll takes all nodes and frees them.
func popAll(a *arena.Arena, f func(*node)) (n uint64, err error) {
	head := a.GetInfo()
	for head != 0 && !a.CasInfo(head, 0) {
		head = a.GetInfo()
	}
	for ; head != 0; n++ {
		x := (*node)(a.Pointer(head))
		next, e := x.Next, entryOf(head, x.Bytes)
		if err := verify(a, e, head, uint64(unsafe.Sizeof(*x)), e.len()); err != nil {
			return n, err
		}
		f(x)
		if err := a.Free(head); err != nil {
			return n, err
		}
		head = next
	}
	return n, nil
}
