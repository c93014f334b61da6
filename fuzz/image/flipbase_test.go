package image_test

import (
	"context"
	"errors"
	"os"
	"sync"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/layout"
	"usarena/internal/worker"
	locks "usarena/sync"
)

// small is an arena that real processes have made, as bytes, with something of
// everything in it: blocks of the living, of one who left, of one who died and
// was recovered, and of one who died and was not; large ones; spans that several
// had; and one of each kind of object.
type small struct {
	Bytes   []byte
	Objects []object
	Meta    []stretch // where metadata lies
}

type object struct {
	Kind string
	Off  uint64
}

// stretch is a row of bytes of the file.
type stretch struct {
	Name      string
	From, End uint64
}

func init() { worker.Register("guest", guest) }

// guest uses the arena and is ended, or leaves.
func guest(s *worker.Side) error {
	var q struct {
		Name    string
		Leave   bool
		Objects []object
	}
	if err := s.Spec(&q); err != nil {
		return err
	}
	s.Follow()
	a, err := arena.Join(q.Name)
	if err != nil {
		return err
	}
	var offs []uint64
	for _, n := range []uint64{16, 16, 16, 100, 100, 1000, 1000, 40 << 10} {
		off, err := a.Malloc(n)
		if err != nil {
			return err
		}
		offs = append(offs, off)
	}
	if err := a.Free(offs[1]); err != nil {
		return err
	}
	for _, o := range q.Objects {
		w := &witness{seen: map[string]bool{}}
		w.hold(a, o)
	}
	if q.Leave {
		err = a.Close()
	}
	if err := errors.Join(err, s.Tell(true)); err != nil || q.Leave {
		return err
	}
	worker.Stay()
	return nil
}

// theSmall is made once. It is as large as it may get.
var theSmall = sync.OnceValues(func() (*small, error) {
	return newSmall(config.Config{Size: 240 << 10, NoAutoGrow: true})
})

func newSmall(cfg config.Config) (*small, error) {
	name := fileName()
	defer os.Remove(name)
	cfg.Users, cfg.LockType = 6, config.Debug
	a, err := arena.Create(name, &cfg)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	m := &small{}
	if err := m.objects(a); err != nil {
		return nil, err
	}
	visit := func(leave bool, objects []object) error {
		p, err := worker.Start(context.Background(), "guest", struct {
			Name    string
			Leave   bool
			Objects []object
		}{name, leave, objects})
		if err != nil {
			return err
		}
		defer p.Kill()
		var ready bool
		return p.Hear(&ready)
	}
	mine := []uint64{16, 16, 100, 1000, 35 << 10}
	for range 3 {
		for _, n := range mine {
			if _, err := a.Malloc(n); err != nil {
				return nil, err
			}
		}
		mine = mine[:len(mine)-1]
	}
	if err := errors.Join(visit(true, nil), visit(false, nil)); err != nil {
		return nil, err
	}
	if _, err := a.Recover(context.Background()); err != nil {
		return nil, err
	}
	if _, err := a.Malloc(100); err != nil { // in a span that others had
		return nil, err
	}
	if err := visit(false, m.Objects); err != nil {
		return nil, err
	}
	if m.Bytes, err = os.ReadFile(name); err != nil {
		return nil, err
	}
	m.stretches()
	return m, nil
}

// objects makes one of each kind.
func (m *small) objects(a *arena.Arena) error {
	l, err1 := locks.NewLock(a)
	s, err2 := locks.NewSema(a, 2, locks.Undo)
	b, err3 := locks.NewBarrier(a)
	rw, err4 := locks.NewRWLock(a)
	c, err5 := locks.NewCondition(a)
	p, err6 := locks.NewPollSema(a, 1)
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		return err
	}
	m.Objects = []object{{"lock", l.Offset()}, {"sema", s.Offset()}, {"barrier", b.Offset()}, {"rwlock", rw.Offset()}, {"condition", c.Offset()}, {"pollsema", p.Offset()}}
	return nil
}

// stretches finds out where metadata lies: before the guard, and where objects are.
func (m *small) stretches() {
	h := layout.HeaderOf(m.Bytes)
	m.Meta = []stretch{{"header", 0, h.UsersOff}, {"users and tables", h.UsersOff, h.RegionsOff}, {"regions", h.RegionsOff, h.StatesOff}, {"states", h.StatesOff, h.BitsOff}, {"bits", h.BitsOff, h.TenantsOff}, {"tenants", h.TenantsOff, h.GuardOff}}
	pages := map[uint64]bool{}
	for _, o := range m.Objects {
		if at := o.Off &^ layout.PageMask; !pages[at] {
			pages[at] = true
			m.Meta = append(m.Meta, stretch{"objects", at, at + layout.PageSize})
		}
	}
}

// bit is where bit i of them lies.
func (m *small) bit(i uint64) (off uint64, mask byte, zone string) {
	for _, s := range m.Meta {
		if n := (s.End - s.From) * 8; i >= n {
			i -= n
			continue
		}
		return s.From + i/8, 1 << (i % 8), s.Name
	}
	panic("no such bit")
}
