package segment_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena/segment"
)

// What shmget does with each combination of its arguments.
func TestGet(t *testing.T) {
	key := freeKey(t)
	if _, err := segment.Get(key, 4096, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no Create: %v", err)
	}
	s := newSysV(t, key, 4097, 0o640)
	st, err := s.Stat()
	must(t, err)
	if st.Size != 4097 || st.Mode != 0o640 || st.Key != key || st.ID != s.ID() || st.UID != uint32(os.Geteuid()) || st.CGID != uint32(os.Getegid()) ||
		st.Creator != os.Getpid() || st.Last != 0 || st.Attached != 0 || !st.Access.IsZero() || !st.Detach.IsZero() || time.Since(st.Change) > time.Minute {
		t.Errorf("new: %+v", st)
	}
	again, err := segment.Get(key, 0, 0)
	must(t, err)
	if again.ID() != s.ID() {
		t.Errorf("id %d, want %d", again.ID(), s.ID())
	}
	if again, err = segment.Get(key, 4097, segment.Create|0o600); err != nil || again.ID() != s.ID() {
		t.Errorf("Create beside one: %v", err)
	}
	if _, err := segment.Get(key, 4096, segment.Create|segment.Exclusive|0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Exclusive: %v", err)
	}
	for _, size := range []uint64{4098, 8192} {
		if _, err := segment.Get(key, size, 0o600); !errors.Is(err, segment.ErrInvalid) || !errors.Is(err, unix.EINVAL) {
			t.Errorf("%d bytes of 4097: %v", size, err)
		}
	}
	if _, err := segment.Get(freeKey(t), 0, segment.Create|0o600); !errors.Is(err, unix.EINVAL) {
		t.Errorf("below SHMMIN: %v", err)
	}
	l, err := segment.SystemLimits()
	must(t, err)
	if l.SegmentMax < math.MaxInt {
		if _, err := segment.Get(segment.Private, l.SegmentMax+1, segment.Create|0o600); !errors.Is(err, unix.EINVAL) {
			t.Errorf("above SHMMAX: %v", err)
		}
	}
	if _, err := segment.Get(segment.Private, 4096, 1<<20); !errors.Is(err, segment.ErrInvalid) {
		t.Errorf("unknown flag: %v", err)
	}
	one, two := newSysV(t, segment.Private, 1, 0o600), newSysV(t, segment.Private, 1, segment.Exclusive|0o600)
	if one.ID() == two.ID() {
		t.Error("a private key found a segment")
	}
	byID, err := segment.ByID(one.ID())
	must(t, err)
	if st, err := byID.Stat(); err != nil || st.Size != 1 || st.Key != 0 {
		t.Errorf("by id: %+v, %v", st, err)
	}
	if _, err := segment.ByID(math.MaxInt32); !errors.Is(err, unix.EINVAL) {
		t.Errorf("no such id: %v", err)
	}
}

// One process attaches twice, read-only, at given addresses, over what is there.
func TestAttach(t *testing.T) {
	const n = 3 * 4096
	s := newSysV(t, freeKey(t), n, 0o600)
	a, err := s.Attach(0, 0)
	must(t, err)
	b, err := s.Attach(0, segment.ReadOnly)
	must(t, err)
	if len(a) != n || len(b) != n || &a[0] == &b[0] || &s.Bytes()[0] != &a[0] {
		t.Fatalf("%d and %d bytes", len(a), len(b))
	}
	for _, c := range a {
		if c != 0 {
			t.Fatal("a new segment is not zero")
		}
	}
	copy(a, "seen through both")
	if text(b) != "seen through both" {
		t.Errorf("%q", text(b))
	}
	if !faults(func() { b[0] = 1 }) {
		t.Error("written through a read-only attachment")
	}
	if st, err := s.Stat(); err != nil || st.Attached != 2 || st.Last != os.Getpid() || st.Access.IsZero() {
		t.Errorf("%+v %v", st, err)
	}
	must(t, s.Detach(b))
	if err := s.Detach(b); !errors.Is(err, segment.ErrInvalid) {
		t.Errorf("detached twice: %v", err)
	}
	if err := s.Detach(a[1:]); !errors.Is(err, segment.ErrInvalid) {
		t.Errorf("a part detached: %v", err)
	}
	at := segment.Address(b) // free now
	if _, err := s.Attach(at+1, 0); !errors.Is(err, unix.EINVAL) {
		t.Errorf("at an odd address: %v", err)
	}
	c, err := s.Attach(at+segment.LowerBoundary-1, segment.Round)
	must(t, err)
	if segment.Address(c) != at {
		t.Errorf("rounded to %#x, want %#x", segment.Address(c), at)
	}
	if _, err := s.Attach(at, 0); !errors.Is(err, unix.EINVAL) {
		t.Errorf("at an address in use: %v", err)
	}
	other := newSysV(t, segment.Private, n, 0o600)
	d, err := other.Attach(0, 0)
	must(t, err)
	copy(d, "another")
	must(t, other.Detach(d))
	d, err = other.Attach(at, segment.Remap)
	must(t, err)
	if segment.Address(d) != at || text(c) != "another" {
		t.Errorf("remapped at %#x: %q", segment.Address(d), text(c))
	}
	if _, err := s.Attach(0, segment.Remap); !errors.Is(err, segment.ErrInvalid) {
		t.Errorf("Remap anywhere: %v", err)
	}
	e, err := s.Attach(0, segment.Exec)
	must(t, err)
	if p := protection(t, segment.Address(e)); p != "rwxs" {
		t.Errorf("Exec gives %s", p)
	}
	must(t, s.Close(), s.Close())
	if _, err := s.Attach(0, 0); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// A segment that is removed goes with its last attachment, and its key at once.
func TestRemove(t *testing.T) {
	key := freeKey(t)
	s := newSysV(t, key, 4096, 0o600)
	b, err := s.Attach(0, 0)
	must(t, err, s.Remove())
	copy(b, "still there")
	if st, err := s.Stat(); err != nil || !st.Destroyed || st.Attached != 1 || st.Key != segment.Private {
		t.Errorf("%+v, %v", st, err)
	}
	if _, err := segment.Get(key, 0, 0); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its key: %v", err)
	}
	must(t, s.Detach(b))
	if _, err := s.Stat(); !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.EIDRM) {
		t.Errorf("after the last detach: %v", err)
	}
	if err := s.Remove(); err == nil {
		t.Error("removed twice")
	}
}

func TestLockInMemory(t *testing.T) {
	s := newSysV(t, segment.Private, 4096, 0o600)
	must(t, s.Lock())
	if st, err := s.Stat(); err != nil || !st.Locked {
		t.Errorf("%+v, %v", st, err)
	}
	must(t, s.Unlock())
	if st, err := s.Stat(); err != nil || st.Locked {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestSet(t *testing.T) {
	s := newSysV(t, segment.Private, 4096, 0o600)
	must(t, s.SetMode(0o444))
	if st, err := s.Stat(); err != nil || st.Mode != 0o444 {
		t.Errorf("%+v, %v", st, err)
	}
	if err := s.SetMode(fs.ModeDir); !errors.Is(err, segment.ErrInvalid) {
		t.Errorf("%v", err)
	}
	if os.Getuid() != 0 {
		t.Skip("only root gives segments away")
	}
	must(t, s.SetOwner(12345, 54321))
	if st, err := s.Stat(); err != nil || st.UID != 12345 || st.GID != 54321 || st.CUID != 0 || st.CGID != 0 || st.Mode != 0o444 {
		t.Errorf("%+v, %v", st, err)
	}
}

const nobody = 65534

func init() {
	// try attaches segment args[0], reads and writes it, changes and removes it, and
	// tells the errno of each.
	roles["try"] = func(args []string) any {
		id, _ := strconv.Atoi(args[0])
		key, _ := strconv.Atoi(args[1])
		got := map[string]int{}
		note := func(what string, err error) {
			var e unix.Errno
			errors.As(err, &e)
			got[what] = int(e)
		}
		_, err := segment.Get(segment.Key(key), 0, 0)
		note("find", err)
		_, err = segment.Get(segment.Key(key), 0, 0o400)
		note("get to read", err)
		_, err = segment.Get(segment.Key(key), 0, 0o600)
		note("get to write", err)
		s, err := segment.ByID(id)
		if err != nil {
			return err.Error()
		}
		_, err = s.Stat()
		note("stat", err)
		_, err = s.Attach(0, segment.ReadOnly)
		note("read", err)
		_, err = s.Attach(0, 0)
		note("write", err)
		note("set mode", s.SetMode(0o666))
		note("remove", s.Remove())
		return got
	}
}

// What each permission allows whom, as the kernel documents it.
func TestPermissions(t *testing.T) {
	const no, never = int(unix.EACCES), int(unix.EPERM)
	for _, c := range []struct {
		mode                        int
		uid, gid                    uint32 // of the owner
		find, reads, writes, change int
	}{
		{0o600, 0, 0, 0, no, no, never},
		{0o604, 0, 0, 0, 0, no, never},
		{0o606, 0, 0, 0, 0, 0, never},
		{0o640, 0, nobody, 0, 0, no, never},
		{0o660, 0, nobody, 0, 0, 0, never},
		{0o606, 0, nobody, 0, no, no, never}, // the group's count, not the others'
		{0o400, nobody, 0, 0, 0, no, 0},
		{0o600, nobody, 0, 0, 0, 0, 0},
		{0o000, nobody, 0, 0, no, no, 0}, // the owner may change what it may not read
	} {
		key := freeKey(t)
		s := newSysV(t, key, 4096, c.mode)
		if os.Getuid() == 0 {
			must(t, s.SetOwner(c.uid, c.gid))
		}
		got := as[map[string]int](t, nobody, "try", fmt.Sprint(s.ID()), fmt.Sprint(key))
		want := map[string]int{
			"find": c.find, "get to read": c.reads, "get to write": c.writes, "stat": c.reads, "read": c.reads, "write": c.writes,
			"set mode": c.change, "remove": c.change,
		}
		for what, errno := range want {
			if got[what] != errno {
				t.Errorf("mode %o owner %d:%d: %s gives %v, want %v", c.mode, c.uid, c.gid, what, unix.Errno(got[what]), unix.Errno(errno))
			}
		}
	}
}

// Permissions count when a segment is attached; what is attached stays.
func TestModeChangedWhileAttached(t *testing.T) {
	s := newSysV(t, segment.Private, 4096, 0o666)
	b, err := s.Attach(0, 0)
	must(t, err, s.SetMode(0))
	b[0] = 1
	must(t, s.Detach(b))
	if os.Getuid() != 0 {
		if _, err := s.Attach(0, 0); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%v", err)
		}
	}
}

// faults says whether f touches memory that it may not.
func faults(f func()) (yes bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { yes = recover() != nil }()
	f()
	return false
}
