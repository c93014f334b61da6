package sync

import (
	"runtime"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// SemaMeter counts the uses of a semaphore, by all processes. IRIX: semameter_t.
type SemaMeter struct {
	PHits   int64 // P calls that got a unit at once
	Ps      int64 // P and TryP calls
	Vs      int64 // V calls
	VNoWait int64 // V calls that found nobody waiting
	NWait   int64 // goroutines that wait now
	MaxWait int64 // most that ever waited
}

// SemaDebug says who used a semaphore, by the latest note. Pids are -1 and
// places 0 where there is none. IRIX: semadebug_t.
type SemaDebug struct {
	OwnerPid, LastPid int    // took it last and has not given it; used it last
	OwnerPC, LastPC   uint64 // where, for runtime.FuncForPC of that program
}

// Meter fetches the counts. ErrInvalid while they are off. IRIX:
// usctlsema(CS_METERFETCH).
func (s *Sema) Meter() (_ SemaMeter, err error) {
	const op = "meter"
	t, err := s.begin(op)
	if err != nil {
		return SemaMeter{}, err
	}
	defer t.End(op, &err, fault.Arm())
	if !s.watches(layout.WatchMeter) {
		return SemaMeter{}, errs.Wrap(errs.Invalid, op, "%s: sema at %#x is not metered; SetMeter turns it on", t.Name(), s.r.Off)
	}
	n := func(i int) int64 { return int64(s.gauge.Counts[i].Load()) }
	return SemaMeter{n(layout.SemaPHits), n(layout.SemaPs), n(layout.SemaVs), n(layout.SemaVNoWait), max(n(layout.SemaNWait), 0), n(layout.SemaMaxWait)}, nil
}

// SetMeter turns counting on or off, for all processes. Off, it costs nothing.
// IRIX: usctlsema(CS_METERON, CS_METEROFF).
func (s *Sema) SetMeter(on bool) error { return s.set("set meter", layout.WatchMeter, on) }

// ResetMeter sets all counts to 0. IRIX: usctlsema(CS_METERRESET).
func (s *Sema) ResetMeter() (err error) {
	t, err := s.begin("reset meter")
	if err != nil {
		return err
	}
	defer t.End("reset meter", &err, fault.Arm())
	s.gauge.Reset(0)
	return nil
}

// Debug fetches who used the semaphore. ErrInvalid while that is off. IRIX:
// usctlsema(CS_DEBUGFETCH).
func (s *Sema) Debug() (_ SemaDebug, err error) {
	const op = "debug"
	t, err := s.begin(op)
	if err != nil {
		return SemaDebug{}, err
	}
	defer t.End(op, &err, fault.Arm())
	if !s.watches(layout.WatchOwner) {
		return SemaDebug{}, errs.Wrap(errs.Invalid, op, "%s: users of the sema at %#x are not noted; SetDebug turns it on", t.Name(), s.r.Off)
	}
	return SemaDebug{pidOr(s.gauge.OwnerPid.Load()), pidOr(s.gauge.LastPid.Load()), s.r.OwnerPC.Load(), s.r.LastPC.Load()}, nil
}

// SetDebug turns the notes of users on or off. IRIX: usctlsema(CS_DEBUGON,
// CS_DEBUGOFF).
func (s *Sema) SetDebug(on bool) error { return s.set("set debug", layout.WatchOwner, on) }

// ResetDebug forgets who used the semaphore. IRIX: usctlsema(CS_DEBUGRESET).
func (s *Sema) ResetDebug() (err error) {
	t, err := s.begin("reset debug")
	if err != nil {
		return err
	}
	defer t.End("reset debug", &err, fault.Arm())
	s.gauge.OwnerPid.Store(0)
	s.gauge.LastPid.Store(0)
	s.r.OwnerPC.Store(0)
	s.r.LastPC.Store(0)
	return nil
}

// SetHistory has the semaphore's uses entered in the arena's history, or not.
// IRIX: usctlsema(CS_HISTON, CS_HISTOFF).
func (s *Sema) SetHistory(on bool) error { return s.set("set history", layout.WatchHistory, on) }

func (s *Sema) set(op string, flag uint32, on bool) (err error) {
	t, err := s.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	s.watch(flag, on)
	return nil
}

// watch changes a flag, and the bit of the word that sends every use the slow
// way.
func (s *Sema) watch(flag uint32, on bool) {
	if on {
		s.r.Flags.Or(flag)
		s.word.Or(uint64(layout.SemaWatched))
		return
	}
	if s.r.Flags.And(^flag)&^flag == 0 {
		s.word.And(^uint64(layout.SemaWatched))
	}
}

func (s *Sema) watches(flag uint32) bool { return s.r.Flags.Load()&flag != 0 }

// noteP notes a P that got its unit, or did not.
func (s *Sema) noteP(ok, waited bool, left int) {
	f := s.r.Flags.Load()
	if f == 0 {
		return
	}
	if f&layout.WatchMeter != 0 {
		s.gauge.Counts[layout.SemaPs].Add(1)
		if waited {
			s.gauge.Counts[layout.SemaNWait].Add(^uint64(0))
		} else if ok {
			s.gauge.Counts[layout.SemaPHits].Add(1)
		}
	}
	if ok {
		s.user(f, true)
	}
	switch {
	case ok && waited:
		s.log(f, HistPWoke, left, 0)
	case ok:
		s.log(f, HistPHit, left, 0)
	}
}

func (s *Sema) noteTry(ok bool, left int) {
	f := s.r.Flags.Load()
	if f == 0 {
		return
	}
	if ok {
		s.noteP(true, false, left)
		return
	}
	if f&layout.WatchMeter != 0 {
		s.gauge.Counts[layout.SemaPs].Add(1)
	}
	s.log(f, HistPMiss, left, 0)
}

// noteSleep notes that a P begins to wait.
func (s *Sema) noteSleep() {
	f := s.r.Flags.Load()
	if f == 0 {
		return
	}
	if f&layout.WatchMeter != 0 {
		n := s.gauge.Counts[layout.SemaNWait].Add(1)
		most := &s.gauge.Counts[layout.SemaMaxWait]
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
	}
	s.log(f, HistPSleep, -max(1, int(layout.Sleepers(s.r.Waiters.Load()))), 0)
}

// noteV notes a V in the semaphore, before the unit is there: whoever gets it may
// free the semaphore. The rest is for afterwards.
func (s *Sema) noteV() func(left int) {
	f := s.r.Flags.Load()
	if f == 0 {
		return func(int) {}
	}
	waiting := robust.AnySleeper(s.count)
	if f&layout.WatchMeter != 0 {
		s.gauge.Counts[layout.SemaVs].Add(1)
		if !waiting {
			s.gauge.Counts[layout.SemaVNoWait].Add(1)
		}
	}
	s.user(f, false)
	op, woken := HistVHit, 0
	if waiting {
		op, woken = HistVWake, s.waiterPid()
	}
	return func(left int) { s.log(f, op, left, woken) }
}

// user notes who uses the semaphore, and where.
func (s *Sema) user(f uint32, takes bool) {
	if f&layout.WatchOwner == 0 {
		return
	}
	pid, pc := uint32(s.s.t.Pid()), caller()
	s.gauge.LastPid.Store(pid)
	s.r.LastPC.Store(pc)
	if !takes {
		pid, pc = 0, 0
	}
	s.gauge.OwnerPid.Store(pid)
	s.r.OwnerPC.Store(pc)
}

func (s *Sema) log(f uint32, op HistOp, count, woken int) {
	if f&layout.WatchHistory != 0 {
		s.s.t.Record(s.r.Off, uint8(op), int32(count), woken, caller())
	}
}

// waiterPid is a process that waits here, as the ledgers tell; 0 if none does.
func (s *Sema) waiterPid() int { return s.s.t.WaiterPid(s.r.Off) }

// caller is the first place outside of this package on the way here.
func caller() uint64 {
	var pcs [12]uintptr
	n := runtime.Callers(2, pcs[:])
	frames := runtime.CallersFrames(pcs[:n])
	for {
		f, more := frames.Next()
		if !ours(f.Function) || !more {
			return uint64(f.PC)
		}
	}
}

// ours says that a function belongs to this package or to the IRIX names.
func ours(name string) bool {
	for _, p := range []string{"usarena/sync.", "usarena/us."} {
		if len(name) > len(p) && name[:len(p)] == p {
			return true
		}
	}
	return false
}
