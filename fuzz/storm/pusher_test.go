package storm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"syscall"
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
