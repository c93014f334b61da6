//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/internal/roles"
)

// lane is one of several that work through start states side by side.
type lane struct {
	t    *testing.T
	n    int
	peer *member
	crew *crew // nil where it is alone
}

// job is one start state of an operation.
type job struct {
	row  *row
	i    int
	want int // pages that can be had where nobody died
}

// TestSteps looks at the arena after every instruction of every operation, and
// kills at some.
func TestSteps(t *testing.T) {
	mayTrace(t)
	t.Logf("seed %d", *seed)
	c := newCrew(t)
	maker := newPeer(t)
	var rows []*row
	for _, op := range chosen(t) {
		r := &row{op: op}
		rows = append(rows, r)
		want, err := capacity(maker, op.kind.cfg, op.things, fileName(t))
		if err != nil {
			t.Error(err)
			break
		}
		for i := range op.states() {
			c.begin(job{row: r, i: i, want: want})
		}
	}
	c.end()
	table(t, rows)
}

// thorough is the number of start states from which on each image is looked at in
// both ways.
const thorough = 10

// statesMost is how many start states are looked at for one that will do.
const statesMost = 20

func (l *lane) try(j job, sum *row) error {
	for n := range statesMost {
		b, err := makeBase(l.peer, j.row.op, j.i+n*10_000, fileName(l.t))
		if err != nil {
			return err
		}
		f, err := l.images(b, j, sum)
		if errors.Is(err, errSkip) {
			continue
		}
		if err != nil {
			return err
		}
		sum.states++
		l.crew.share(l, b, j, f)
		return nil
	}
	return fmt.Errorf("none of %d start states would do", statesMost)
}

// images looks at every image of the operation.
func (l *lane) images(b *base, j job, sum *row) (f film, err error) {
	s, err := l.open(b)
	if err != nil {
		return f, err
	}
	defer l.close(s, &err)
	if f, err = s.film(); err != nil {
		return f, err
	}
	s.remember(f.images)
	sum.points += f.steps
	sum.images += len(f.images)
	sum.thaws += s.tr.thaws
	var bad []error
	for n, m := range f.images {
		watchdog := time.AfterFunc(patience, func() {
			fmt.Fprintf(os.Stderr, "watchdog: %s: the image of instruction %d is not judged\n", s.op.name, m.step)
			panic("watchdog")
		})
		for _, late := range []bool{false, true} {
			if *states < thorough && late != ((n+j.i)%2 == 0) {
				continue // the next start state has it
			}
			if err := s.judge(m, late, fileName(l.t), j.want); err != nil {
				bad = append(bad, fmt.Errorf("after instruction %d of %d (late: %v): %w", m.step, f.steps, late, err))
			}
		}
		watchdog.Stop()
	}
	return f, errors.Join(bad...)
}

// open sets a scene up, close clears it away.
func (l *lane) open(b *base) (*scene, error) {
	s, err := b.open(l.peer, fileName(l.t), l.n)
	if err != nil {
		s.close()
		_, e := l.peer.do(order{Do: "leave"})
		return nil, errors.Join(err, e)
	}
	return s, nil
}

func (l *lane) close(s *scene, err *error) {
	s.close()
	_, e := l.peer.do(order{Do: "leave"})
	*err = errors.Join(*err, e)
}

// renew gives the lane a peer that knows nothing of what went wrong.
func (l *lane) renew() {
	l.peer.end()
	p, err := launch("peer")
	if err != nil {
		l.t.Error(err)
		return // the old one will tell, again and again
	}
	l.peer = p
	l.t.Cleanup(p.end)
}

// newPeer starts a peer for a test.
func newPeer(t *testing.T) *member {
	t.Helper()
	p, err := launch("peer")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.end)
	return p
}

// mayTrace skips the test where a process may not trace its children.
func mayTrace(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p := newPeer(t)
	switch err := seize(p.Pid()); err {
	case nil:
		p.end()
	case unix.EPERM, unix.ENOSYS:
		roles.Skipped()
		t.Skipf("ptrace is forbidden here (%v): nothing can be stepped", err)
	default:
		t.Fatal(err)
	}
}
