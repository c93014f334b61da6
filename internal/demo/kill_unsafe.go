package demo

import (
	"context"
	"math/rand/v2"
	"time"
	"unsafe"

	"usarena/arena"
	"usarena/info"
)

// Time between two kills.
const (
	killLeast = 5 * time.Millisecond
	killMost  = 60 * time.Millisecond
)

// hand is what a process is taking over, for whoever clears up after it: the
// node that it is about to take out of a list or to free, and the rest of that
// list. Only it writes.
type hand struct{ Now, Rest arena.Cell[node] }

// killer kills processes of a demo and replaces them.
type killer struct {
	rnd   *rand.Rand
	timer *time.Timer // nil: nobody is killed
	kills uint64
	hands []arena.Offset // what the killed were taking over
}

func newKiller(on bool) killer {
	k := killer{rnd: rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))}
	if on {
		k.timer = time.NewTimer(killMost)
	}
	return k
}

// due tells when somebody is to be killed; never without --kill.
func (k *killer) due() <-chan time.Time {
	if k.timer == nil {
		return nil
	}
	return k.timer.C
}

// shoot kills a process, notes what it had in hand, and starts another in its
// place.
func (r *run) shoot() error {
	k := &r.killer
	k.timer.Reset(killLeast + time.Duration(k.rnd.Int64N(int64(killMost-killLeast))))
	i := k.rnd.IntN(len(r.procs))
	r.procs[i].Kill()
	k.kills++
	h := &r.b.Hands[i]
	k.hands = append(k.hands, h.Now.Load().Offset(), h.Rest.Load().Offset())
	h.Now.Store(arena.Ptr[node]{})
	h.Rest.Store(arena.Ptr[node]{})
	p, err := r.launch(i)
	if err != nil {
		return err
	}
	r.procs[i] = p
	return let(p)
}

// left is what the killed left: blocks that Orphans tells, and others' blocks that
// they were taking over.
type left struct{ orphans, taken, bytes uint64 }

// settle accounts for every block that is still there when all lists are empty,
// and frees it: it must be an orphan, or in the hand of one who was killed.
func (r *run) settle(bad func(string, ...any)) (l left) {
	if _, err := r.a.Recover(context.Background()); err != nil {
		bad("recovery: %v", err)
	}
	rest := map[arena.Offset]info.Block{}
	for b, err := range info.Walk(r.a.Name()) {
		if err != nil {
			bad("%v", err)
		}
		if b.Offset != r.board.Offset() {
			rest[b.Offset] = b
		}
	}
	for _, off := range r.killer.hands {
		r.reach(off, rest, &l)
	}
	for _, off := range r.orphans() {
		if b, ok := rest[off]; ok {
			l.orphans, l.bytes = l.orphans+1, l.bytes+b.Size
			delete(rest, off)
			if err := r.a.Free(off); err != nil {
				bad("an orphan: %v", err)
			}
		}
	}
	for off, b := range rest {
		bad("the block of %d bytes at %#x is nobody's, and none of the killed had it", b.Size, off)
	}
	return l
}

func (r *run) orphans() (all []arena.Offset) {
	for _, off := range r.a.Orphans() {
		all = append(all, off)
	}
	return all
}

// reach frees what is left of the list that begins at off. What one of the killed
// noted may be stale, so each step is one only if a block of the rest is there.
func (r *run) reach(off arena.Offset, rest map[arena.Offset]info.Block, l *left) {
	take := func(off arena.Offset) {
		if b, ok := rest[off]; ok {
			delete(rest, off)
			l.taken, l.bytes = l.taken+1, l.bytes+b.Size
			_ = r.a.Free(off) // it was live when everything rested, which the check repeats
		}
	}
	for {
		b, ok := rest[off]
		if !ok || b.Size < uint64(unsafe.Sizeof(node{})) {
			return
		}
		v := *(*node)(r.a.Pointer(off))
		take(v.Data.Offset())
		take(off)
		off = v.Next.Offset()
	}
}

// repair makes the ledger good that somebody left half written.
func (s *shared) repair() {
	s.Told++
	s.Total = 0
	for _, n := range s.By {
		s.Total += n
	}
}
