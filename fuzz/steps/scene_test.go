//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
	"hash/crc32"
	"os"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/info"
)

// base is where start states of an operation begin: the file of an arena whose
// users are dead or gone.
type base struct {
	op     *operation
	seed   uint64
	image  *image
	held   []arena.Offset
	things things
	dead   int // slot of a hand that died in the middle of an operation, 0 none
}

func crc(s string) uint64 { return uint64(crc32.ChecksumIEEE([]byte(s))) }

// makeBase has a peer make start state i of op.
func makeBase(p *member, op *operation, i int, name string) (*base, error) {
	b := &base{op: op, seed: *seed + uint64(i)*1_000_003 + crc(op.name)}
	if op.half {
		return b, b.halfDone()
	}
	r := choices(b.seed, 0)
	cfg := op.kind.cfg
	before := 12
	if op.kind.small() {
		before = 4
	}
	dead := op.dead + r.IntN(3)
	if cfg.ReclaimOnDeath {
		dead = 0 // their blocks would go at some time before the operation
	}
	an, err := p.do(order{Do: "make", Arena: name, Cfg: cfg, Seed: b.seed, Dead: dead, Before: before, Things: op.things})
	if err != nil {
		return nil, err
	}
	defer os.Remove(name)
	b.held, b.things = an.Offs, an.Things
	if b.image, err = read(name); err != nil {
		return nil, err
	}
	if r.IntN(4) == 0 {
		b.image.mislead(r)
	}
	_, err = p.do(order{Do: "drop"})
	return b, err
}

// scene is one operation in one start state, with the hand about to do it.
type scene struct {
	*base
	name    string
	peer    *member // the survivor
	hand    *member
	tr      *tracer
	aim     aim
	orphans map[arena.Offset]bool   // of the blocks before
	hands   []arena.Offset          // blocks of the hand
	others  []arena.Offset          // blocks of the survivor
	does    string                  // what the survivor does meanwhile
	slots   []int                   // of those who live, but for the hand
	slot    int                     // the hand's, 0 where it is none yet
	before  map[arena.Offset]uint64 // blocks, with their sizes
	first   *image                  // before the first instruction
}

var errSkip = errors.New("this start state is none for the operation")

// open sets the scene up: after it the hand stands at its first instruction, and
// its other threads are held. It is to be closed also after an error.
func (b *base) open(p *member, name string, lane int) (s *scene, err error) {
	s = &scene{base: b, name: name, peer: p}
	if err := b.image.write(name); err != nil {
		return s, err
	}
	if s.hand, err = launch("hand"); err != nil {
		return s, err
	}
	few := 10
	if b.op.kind.small() {
		few = 3
	}
	joined, err := p.do(order{Do: "join", Arena: name, Seed: b.seed, Before: few, Offs: b.held, Want: b.things})
	if err != nil {
		return s, err
	}
	s.slots = []int{joined.Slot}
	// A hand would take the slot of the dead one, and recover it before its time.
	var taken *life
	if b.dead != 0 && !b.op.joins {
		if taken, err = occupy(name, []int{b.dead}); err != nil {
			return s, err
		}
		defer taken.die()
	}
	theirs := without(b.held, joined.Freed)
	var n needs
	tk := task{Arena: name, Op: b.op.name, Seed: b.seed, Theirs: append(theirs, joined.Offs...), Things: b.things}
	if err := s.hand.ask(tk, &n); err != nil {
		return s, err
	}
	if taken != nil {
		taken.die()
	}
	if n.Skip != "" {
		return s, fmt.Errorf("%w: %s", errSkip, n.Skip)
	}
	s.slot = n.Slot
	served, err := p.do(order{Do: "serve", Offs: n.Give, Sizes: n.Sizes, What: n.Do})
	if err != nil {
		return s, err
	}
	s.does = served.Does
	var rd ready
	if err := s.hand.ask(served.Offs, &rd); err != nil {
		return s, err
	}
	s.aim, s.hands = rd.Aim, without(rd.Held, n.Give)
	s.others = append(without(joined.Offs, n.Freed), served.Offs...)
	return s, s.trace(rd.Tid, lane)
}

// trace brings the hand's thread to its first mark and stops all others. The
// caller's goroutine is locked to its thread.
func (s *scene) trace(tid, lane int) (err error) {
	if s.tr, err = newTracer(s.hand.Pid(), tid, lane); err != nil {
		return err
	}
	if _, err := s.hand.begin.Write([]byte{1}); err != nil {
		return err
	}
	if err := s.tr.toMark(); err != nil {
		return err
	}
	if err := s.tr.hold(); err != nil {
		return err
	}
	s.before, s.orphans = map[arena.Offset]uint64{}, map[arena.Offset]bool{}
	for b, err := range info.Walk(s.name) {
		if err != nil {
			return err
		}
		s.before[b.Offset] = b.Size
		s.orphans[b.Offset] = b.Orphan
	}
	return nil
}

// close ends the hand and lets the peer leave.
func (s *scene) close() {
	if s.tr != nil && !s.tr.free {
		s.tr.kill()
	}
	if s.hand != nil {
		s.hand.end()
	}
	os.Remove(s.name)
}

// hush stops the survivor's process, or lets it go on.
func (s *scene) hush(yes bool) error {
	sig := unix.SIGCONT
	if yes {
		sig = unix.SIGSTOP
	}
	return unix.Kill(s.peer.Pid(), sig)
}

func without(list, gone []arena.Offset) (rest []arena.Offset) {
	set := map[arena.Offset]bool{}
	for _, off := range gone {
		set[off] = true
	}
	for _, off := range list {
		if !set[off] {
			rest = append(rest, off)
		}
	}
	return rest
}
