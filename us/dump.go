package us

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"usarena/arena"
	"usarena/info"
	"usarena/sync"
)

// DumpLock writes what is known of a lock, for people: label, place, state, counts
// and owner. IRIX: usdumplock.
func DumpLock(l *sync.Lock, w io.Writer, label string) error {
	held, err := l.Test()
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: lock at %#x: ", label, l.Offset())
	switch u, known := l.Owner(); {
	case !held:
		b.WriteString("free\n")
	case !known:
		b.WriteString("locked\n")
	case u.State == info.StateDead:
		fmt.Fprintf(&b, "locked by user %d, process %d, which is dead\n", u.Slot, u.Pid)
	default:
		fmt.Fprintf(&b, "locked by user %d, process %d\n", u.Slot, u.Pid)
	}
	m, err := l.Meter()
	if err := note(&b, "metering", err, "spins %d, tries %d, hits %d", m.Spins, m.Tries, m.Hits); err != nil {
		return err
	}
	pid, err := l.OwnerPid()
	if err := note(&b, "debug", err, "owner pid %d", pid); err != nil {
		return err
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// DumpSema writes what is known of a semaphore, for people: label, place, count,
// and what is noted of its users. IRIX: usdumpsema.
func DumpSema[S Semaphore](s S, w io.Writer, label string) error {
	n, err := TestSema(s)
	if err != nil {
		return err
	}
	var b strings.Builder
	if p, ok := any(s).(*sync.PollSema); ok {
		fmt.Fprintf(&b, "%s: pollable sema at %#x: count %d, open here: %t\n", label, p.Offset(), n, p.IsOpen())
	} else if err := dumpSema(&b, any(s).(*sync.Sema), n, label); err != nil {
		return err
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func dumpSema(b *strings.Builder, s *sync.Sema, n int, label string) error {
	fmt.Fprintf(b, "%s: sema at %#x: count %d\n", label, s.Offset(), n)
	m, err := s.Meter()
	if err := note(b, "metering", err, "phits %d, psemas %d, vsemas %d, vnowait %d, nwait %d, maxnwait %d",
		m.PHits, m.Ps, m.Vs, m.VNoWait, m.NWait, m.MaxWait); err != nil {
		return err
	}
	d, err := s.Debug()
	return note(b, "debug", err, "owner pid %d at %#x, last pid %d at %#x", d.OwnerPid, d.OwnerPC, d.LastPid, d.LastPC)
}

// note writes a line, or that there is nothing to tell. An error that has another
// cause is returned.
func note(b *strings.Builder, what string, err error, format string, args ...any) error {
	switch {
	case err == nil:
		fmt.Fprintf(b, "\t%s: %s\n", what, fmt.Sprintf(format, args...))
	case errors.Is(err, arena.ErrInvalid):
		fmt.Fprintf(b, "\t%s: off\n", what)
	default:
		return err
	}
	return nil
}
