//go:build linux && amd64

package steps

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"usarena/info"
)

// kills kills the hand at some instructions of the operation.
func (l *lane) kills(p part, sum *row) error {
	for _, k := range p.ks {
		err := l.kill(p.b, p.job, sum, jumpTo(p.f.path, k), k)
		if errors.Is(err, errEnded) { // another thread came to the breakpoint
			err = l.kill(p.b, p.job, sum, jump{}, k)
		}
		if err != nil {
			return fmt.Errorf("killed at instruction %d of %d: %w", k, p.f.steps, err)
		}
		sum.kills++
	}
	return nil
}

// chooseSteps chooses instructions before which to kill: all, every so many, or
// some: where the arena has just changed or is about to, before or after a system
// call, anywhere.
func chooseSteps(b *base, f film) (ks []int) {
	if *all || *own || *every > 0 {
		var matters []bool
		if *own {
			matters = f.matters()
		}
		for k := *from; k <= f.steps; k += max(*every, 1) {
			if matters == nil || matters[k] {
				ks = append(ks, k)
			}
		}
		return ks
	}
	r := choices(b.seed, 4)
	for n := range *kills {
		k := r.IntN(f.steps + 1)
		switch {
		case (n+int(b.seed))%2 == 0:
			k = pick(r, f.images).step - r.IntN(2)
		case r.IntN(2) == 0 && len(f.calls) > 0:
			k = pick(r, f.calls) + r.IntN(2)
		}
		ks = append(ks, max(k, 0))
	}
	slices.Sort(ks)
	return ks
}

var errEnded = errors.New("the hand ended before it was killed")

// kill ends the hand after k instructions; the survivor must then find all as it
// must be, and finish a full workload.
func (l *lane) kill(b *base, j job, sum *row, way jump, k int) (err error) {
	s, err := l.open(b)
	if err != nil {
		return err
	}
	defer l.close(s, &err)
	st, err := s.tr.run(way)
	for range k - way.steps {
		if err != nil || st != stepped {
			break
		}
		st, err = s.tr.step()
	}
	if st == ended {
		err = errEnded
	}
	if err != nil {
		return err
	}
	over := st == marked // it took a shorter way this time
	mine, theirs := baseOf(s.hand.Pid(), s.name), baseOf(l.peer.Pid(), s.name)
	if mine == theirs && mine != 0 {
		return fmt.Errorf("both processes map the arena at %#x", mine)
	}
	if err := s.tr.kill(); err != nil {
		return err
	}
	<-s.hand.ended
	return s.survives(j, sum, over, k%2 == 0)
}

// survives has the survivor do everything; late, it recovers nobody at first.
func (s *scene) survives(j job, sum *row, over, late bool) error {
	found, err := s.peer.do(order{Do: "recover", Arena: s.name, Things: s.op.things, Late: late, Cell: s.aim.Cell, Size: s.before[s.aim.Was]})
	if err != nil {
		return err
	}
	err = clean(info.Check(s.name))
	switch {
	case s.op.kind.cfg.ReclaimOnDeath:
		err = errors.Join(err, s.reclaimed(found.Blocks, true))
	case late && s.aim.Cell != 0:
		err = errors.Join(err, s.cellAccounts(found.Blocks, found.Cell), s.owners(s.name, true, over))
	default:
		err = errors.Join(err, s.cellAccounts(found.Blocks, found.Cell), s.owners(s.name, true, over), s.accounts(found.Blocks, over))
	}
	if err != nil {
		return err
	}
	an, err := s.peer.do(order{Do: "finish", Arena: s.name})
	if err != nil {
		return err
	}
	sum.worst = max(sum.worst, found.Took+an.Took)
	if an.Pages != j.want {
		return fmt.Errorf("%d pages can be had, %d where nobody died", an.Pages, j.want)
	}
	return clean(info.Check(s.name))
}

// baseOf is where a process has mapped the arena of that name, 0 for nowhere.
func baseOf(pid int, name string) uint64 {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(maps) {
		if f := bytes.Fields(line); len(f) == 6 && string(f[5]) == name && string(f[1]) == "rw-s" {
			from, _, _ := bytes.Cut(f[0], []byte("-"))
			at, _ := strconv.ParseUint(string(from), 16, 64)
			return at
		}
	}
	return 0
}
