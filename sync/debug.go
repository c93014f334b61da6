package sync

import (
	"time"

	"usarena/arena"
	"usarena/info"
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// LockMeter counts the uses of a lock, by all processes. IRIX: lockmeter_t.
type LockMeter struct {
	Spins int64 // times that a try found the lock busy and waited or gave up
	Tries int64 // calls that want the lock
	Hits  int64 // calls that got it
}

// Meter fetches the counts. ErrInvalid unless the arena was created with
// config.Debug or config.DebugPlus. IRIX: usctllock(CL_METERFETCH).
func (l *Lock) Meter() (_ LockMeter, err error) {
	g, t, err := l.gauge("meter")
	if err != nil {
		return LockMeter{}, err
	}
	defer t.End("meter", &err, fault.Arm())
	return LockMeter{
		Spins: int64(g.Counts[layout.LockSpins].Load()),
		Tries: int64(g.Counts[layout.LockTries].Load()),
		Hits:  int64(g.Counts[layout.LockHits].Load()),
	}, nil
}

// ResetMeter sets every count to -1, as IRIX does. Errors as Meter. IRIX:
// usctllock(CL_METERRESET).
func (l *Lock) ResetMeter() (err error) {
	g, t, err := l.gauge("reset meter")
	if err != nil {
		return err
	}
	defer t.End("reset meter", &err, fault.Arm())
	g.Reset(^uint64(0))
	return nil
}

// OwnerPid is the process that holds a metered lock, -1 for none. IRIX:
// usctllock(CL_DEBUGFETCH).
func (l *Lock) OwnerPid() (_ int, err error) {
	g, t, err := l.gauge("owner pid")
	if err != nil {
		return -1, err
	}
	defer t.End("owner pid", &err, fault.Arm())
	return pidOr(g.OwnerPid.Load()), nil
}

// ResetOwner forgets which process holds a metered lock, for OwnerPid only. IRIX:
// usctllock(CL_DEBUGRESET).
func (l *Lock) ResetOwner() (err error) {
	g, t, err := l.gauge("reset owner")
	if err != nil {
		return err
	}
	defer t.End("reset owner", &err, fault.Arm())
	g.OwnerPid.Store(0)
	return nil
}

func (l *Lock) gauge(op string) (g *layout.Gauge, t *robust.Table, err error) {
	if t, err = l.m.begin(op); err != nil {
		return nil, nil, err
	}
	if l.meter == nil {
		t.Leave()
		return nil, nil, errs.Wrap(errs.Invalid, op, "%s: lock at %#x is not metered; create the arena with LockType Debug", t.Name(), l.r.Off)
	}
	return l.meter, t, nil
}

func pidOr(pid uint32) int {
	if pid == 0 {
		return -1
	}
	return int(pid)
}

// Test says whether anybody holds the lock, at this moment. IRIX: ustestlock.
func (l *Lock) Test() (held bool, err error) {
	t, err := l.m.begin("test lock")
	if err != nil {
		return false, err
	}
	defer t.End("test lock", &err, fault.Arm())
	return l.word.Load()&layout.LockOwner != 0, nil
}

// tried, took and disowned note what happens to a metered lock.
func (l *Lock) tried() {
	if l.meter == nil {
		return
	}
	l.meter.Counts[layout.LockTries].Add(1)
	if l.report && l.m.s.t.Mine(l.word.Load()) {
		l.misuse(errs.Wrap(errs.Busy, "lock", "%s: lock at %#x is held by this process already", l.m.s.t.Name(), l.r.Off))
	}
}

func (l *Lock) took(spun int, ok bool) {
	if l.meter == nil {
		return
	}
	if spun > 0 {
		l.meter.Counts[layout.LockSpins].Add(uint64(spun))
	}
	if ok {
		l.meter.Counts[layout.LockHits].Add(1)
		l.meter.OwnerPid.Store(uint32(l.m.s.t.Pid()))
	}
}

func (l *Lock) disowned() {
	if l.meter != nil && l.m.s.t.Mine(l.word.Load()) {
		l.meter.OwnerPid.Store(0)
	}
}

// noted reports an error that is a misuse, and returns it.
func (l *Lock) noted(err error) error {
	if err != nil && l.report {
		l.misuse(err)
	}
	return err
}

func (l *Lock) misuse(err error) {
	if f := l.m.s.misuse.Load(); f != nil {
		(*f)(err)
	}
}

// OnMisuse has f called for every misuse of a lock that this process commits in
// an arena that was created with config.DebugPlus: an unlock of a lock that is
// free or that another process holds, a lock of a lock that this process holds.
// nil ends it. f must not use the lock. IRIX prints these to standard error.
func OnMisuse(a *arena.Arena, f func(error)) error {
	s, err := spaceOf(a)
	if err != nil {
		return err
	}
	if f == nil {
		s.misuse.Store(nil)
		return nil
	}
	s.misuse.Store(&f)
	return nil
}

// lockOptions are the options of new locks in an arena of a lock type.
func lockOptions(lockType uint32) uint64 {
	switch lockType {
	case layout.LockDebug:
		return layout.OptionMeter
	case layout.LockDebugPlus:
		return layout.OptionMeter | layout.OptionTell
	}
	return 0
}

// userOf is the user that a lock word names.
func userOf(t *robust.Table, w uint32) (info.User, bool) {
	slot := layout.LockSlot(w)
	if w&layout.LockOwner == 0 || slot < 1 || slot > t.Users() {
		return info.User{}, false
	}
	u := t.Region().User(slot)
	user := info.User{
		Slot: slot, Gen: layout.LockGen(w), Pid: int(u.Pid.Load()), Start: u.Start.Load(), Window: u.Window.Load(),
		Bits32: u.Flags.Load()&layout.UserBits32 != 0, Since: time.Unix(0, u.Since.Load()), State: info.StateLive,
	}
	if t.Gone(slot, layout.LockGen(w)) {
		user.State = info.StateDead
	}
	return user, true
}
