//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
	"usarena/internal/layout"
)

// judge looks at an image in a file of its own. There the hand is dead. The
// survivor lives at first, then it dies as well; then everything must be had.
//
// With late, nobody notices the hand's death for a while: others go on with what
// it left half done, and then recover it. Otherwise the judge takes over its slot
// at once.
func (s *scene) judge(m *image, late bool, name string, want int) (err error) {
	if err := clean(info.CheckImage(m.flat()), nil); err != nil {
		return fmt.Errorf("before recovery: %w", err)
	}
	if err := m.write(name); err != nil {
		return err
	}
	defer os.Remove(name)
	living, err := occupy(name, s.slots)
	if err != nil {
		return err
	}
	defer living.die()
	a, err := s.enter(name, late)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := s.settled(a, name, m, late, len(s.slots)); err != nil {
		return fmt.Errorf("the hand is dead: %w", err)
	}
	living.die()
	if err := s.settled(a, name, m, late, 0); err != nil {
		return fmt.Errorf("all are dead: %w", err)
	}
	got, err := drain(a, name)
	if err != nil {
		return fmt.Errorf("full workload: %w", err)
	}
	if got != want {
		return fmt.Errorf("%d pages can be had, %d where nobody died", got, want)
	}
	return clean(info.Check(name))
}

// enter joins; late, while the hand seems to live, and works a little.
func (s *scene) enter(name string, late bool) (*arena.Arena, error) {
	if !late || s.slot == 0 {
		return arena.Join(name)
	}
	seems, err := occupy(name, []int{s.slot})
	if err != nil {
		return nil, err
	}
	defer seems.die()
	a, err := arena.Join(name)
	if err != nil {
		return nil, err
	}
	if s.op.kind.small() {
		seems.die() // in the only region, nothing is taken from who seems to live
	}
	err = reissue(a, s.before[s.aim.Was], func() error {
		if err := meanwhile(a, s.things, s.aim.Cell); err != nil {
			return err
		}
		seems.die()
		return fillUp(a) // which has to take what the hand held
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("before anybody noticed: %w", err), a.Close())
	}
	return a, nil
}

// meanwhile works with what the dead hand left, and leaves nothing behind.
func meanwhile(a *arena.Arena, things things, cell arena.Offset) error {
	var list []arena.Offset
	for _, n := range []uint64{16, 64, 512, 2048, 9 * page, 64} {
		off, err := a.Malloc(n)
		if full(err) {
			break
		}
		if err != nil {
			return err
		}
		list = append(list, off)
	}
	for _, off := range list {
		if err := a.Free(off); err != nil {
			return err
		}
	}
	if cell != 0 {
		if err := disturb(a, cell); err != nil {
			return err
		}
	}
	if things.Sema == 0 {
		return nil
	}
	x, err := things.in(a)
	if err != nil {
		return err
	}
	if ok, err := x.sema.TryP(); err != nil || !ok {
		return err
	}
	return x.sema.V()
}

// fillUp allocates all free pages, and frees them again.
func fillUp(a *arena.Arena) error {
	list, err := allPages(a)
	for _, off := range list {
		err = errors.Join(err, a.Free(off))
	}
	return err
}

// settled recovers, and looks whether everything is as it must be. others is how
// many users live beside the judge.
func (s *scene) settled(a *arena.Arena, name string, m *image, late bool, others int) error {
	if _, err := a.Recover(background); err != nil {
		return err
	}
	if err := clean(info.Check(name)); err != nil {
		return err
	}
	users, err := info.Users(name)
	if err != nil {
		return err
	}
	if len(users) != others+1 {
		return fmt.Errorf("%d users are left, want %d: %+v", len(users), others+1, users)
	}
	now, err := blocksOf(name)
	if err != nil {
		return err
	}
	disturbed := late && s.aim.Cell != 0
	if s.op.kind.cfg.ReclaimOnDeath {
		return s.reclaimed(now, others > 0)
	}
	if !disturbed {
		if err := errors.Join(s.accounts(now, m.end), s.contents(a, now)); err != nil {
			return err
		}
	}
	if s.aim.Cell != 0 {
		if err := s.cellAccounts(now, a.LoadCell(s.aim.Cell)); err != nil {
			return err
		}
	}
	if err := s.owners(name, others > 0, m.end); err != nil {
		return err
	}
	if s.op.after != nil {
		return s.op.after(&aftermath{a: a, things: s.things, alive: others > 0, does: s.does})
	}
	return nil
}

// clean turns findings into an error.
func clean(r info.Report, err error) error {
	if err != nil {
		return err
	}
	for _, f := range r.Findings {
		err = errors.Join(err, fmt.Errorf("check: %s at %#x: %s", f.Kind, f.Offset, f.Detail))
	}
	return err
}

// life holds the bytes of slots, so that their users live.
type life struct{ f *os.File }

func occupy(name string, slots []int) (*life, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	for _, slot := range slots {
		lk := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: int64(layout.LockByte(slot)), Len: 1}
		if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &lk); err != nil {
			f.Close()
			return nil, fmt.Errorf("hold slot %d: %w", slot, err)
		}
	}
	return &life{f}, nil
}

// die gives the bytes back. Closing alone would not do while a process that is
// just being started has a copy of the descriptor.
func (l *life) die() {
	if l.f == nil {
		return
	}
	lk := unix.Flock_t{Type: unix.F_UNLCK, Whence: io.SeekStart}
	unix.FcntlFlock(l.f.Fd(), unix.F_OFD_SETLK, &lk)
	l.f.Close()
	l.f = nil
}

// capacity is how many pages can be had in an arena in which nobody died.
func capacity(p *member, cfg config.Config, things bool, name string) (int, error) {
	defer os.Remove(name)
	if _, err := p.do(order{Do: "make", Arena: name, Cfg: cfg, Things: things}); err != nil {
		return 0, err
	}
	if _, err := p.do(order{Do: "join", Arena: name}); err != nil {
		return 0, err
	}
	an, err := p.do(order{Do: "finish", Arena: name})
	if err != nil {
		return 0, err
	}
	_, err = p.do(order{Do: "leave"})
	return an.Pages, err
}
