package segment_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/arena/segment"
)

// protection is what /proc/self/maps says of the mapping at an address.
func protection(t *testing.T, addr uintptr) string {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	must(t, err)
	for line := range strings.Lines(string(maps)) {
		if strings.HasPrefix(line, fmt.Sprintf("%x-", addr)) || strings.HasPrefix(line, fmt.Sprintf("%08x-", addr)) {
			return strings.Fields(line)[1]
		}
	}
	t.Fatalf("nothing is mapped at %#x", addr)
	return ""
}

// A C program makes a segment, ours uses it, and the other way round. All that
// shmctl says must be the same on both sides.
func TestSysVWithC(t *testing.T) {
	key := freeKey(t)
	said, errno := peer(t, "get", int32(key), 8192, 0o1640)
	if errno != 0 {
		t.Fatal(errno)
	}
	theirs, err := segment.Get(key, 8192, 0o600)
	must(t, err)
	t.Cleanup(func() { theirs.Remove(); theirs.Close() })
	if fmt.Sprint(theirs.ID()) != said["id"] {
		t.Errorf("id %d, theirs is %s", theirs.ID(), said["id"])
	}
	if _, errno := peer(t, "poke", theirs.ID(), 100, "from C"); errno != 0 {
		t.Fatal(errno)
	}
	got := make([]byte, 6)
	if _, err := theirs.ReadAt(got, 100); err != nil || string(got) != "from C" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := theirs.WriteAt([]byte("from Go\x00"), 200); err != nil {
		t.Error(err)
	}
	if said, errno := peer(t, "peek", theirs.ID(), 200); errno != 0 || said["text"] != "from Go" {
		t.Errorf("%q, %v", said["text"], errno)
	}

	ours := newSysV(t, freeKey(t), 5000, 0o620)
	b, err := ours.Attach(0, 0)
	must(t, err)
	copy(b, "made in Go")
	if said, errno := peer(t, "peek", ours.ID(), 0); errno != 0 || said["text"] != "made in Go" {
		t.Errorf("%q, %v", said["text"], errno)
	}
	for _, s := range []*segment.Segment{ours, theirs} {
		said, errno := peer(t, "stat", s.ID())
		st, err := s.Stat()
		must(t, err)
		same(t, said, errno, map[string]any{
			"key": uint32(st.Key), "uid": st.UID, "gid": st.GID, "cuid": st.CUID, "cgid": st.CGID, "mode": strconv.FormatUint(uint64(st.Mode), 8), "seq": st.Sequence,
			"segsz": st.Size, "atime": unixTime(st.Access.IsZero(), st.Access.Unix()), "dtime": unixTime(st.Detach.IsZero(), st.Detach.Unix()), "ctime": st.Change.Unix(),
			"cpid": st.Creator, "lpid": st.Last, "nattch": st.Attached,
		})
	}
	if _, errno := peer(t, "rm", ours.ID()); errno != 0 {
		t.Error(errno)
	}
	if st, err := ours.Stat(); err != nil || !st.Destroyed {
		t.Errorf("removed by C: %+v, %v", st, err)
	}
}

func unixTime(zero bool, sec int64) int64 {
	if zero {
		return 0
	}
	return sec
}

// same compares what the C program said with what ours did.
func same(t *testing.T, said map[string]string, errno unix.Errno, want map[string]any) {
	t.Helper()
	if errno != 0 || len(said) != len(want) {
		t.Errorf("%v: %v", errno, said)
	}
	for name, value := range want {
		if said[name] != fmt.Sprint(value) {
			t.Errorf("%s: C says %q, ours is %v", name, said[name], value)
		}
	}
}

// Each failure of shmget has the same errno in C.
func TestFailuresAsInC(t *testing.T) {
	key := freeKey(t)
	newSysV(t, key, 4096, 0o600)
	for _, c := range []struct {
		key   segment.Key
		size  uint64
		flags int
	}{
		{key, 4096, 0o3600}, {key, 4097, 0o600}, {freeKey(t), 4096, 0o600}, {freeKey(t), 0, 0o1600}, {key, 4096, 0o1600}, {key, 0, 0},
	} {
		_, err := segment.Get(c.key, c.size, c.flags)
		_, errno := peer(t, "get", int32(c.key), c.size, c.flags)
		var ours unix.Errno
		errors.As(err, &ours)
		if ours != errno {
			t.Errorf("%+v: C %v, ours %v", c, errno, err)
		}
	}
}

func TestLimitsAsInC(t *testing.T) {
	newSysV(t, segment.Private, 123_456, 0o600)
	said, errno := peer(t, "limits")
	l, err := segment.SystemLimits()
	must(t, err)
	u, err := segment.SystemUsage()
	must(t, err)
	if strconv.IntSize == 32 { // the C program counts further
		said["shmmax"], said["shmall"] = fmt.Sprint(l.SegmentMax), fmt.Sprint(l.Pages)
	}
	same(t, said, errno, map[string]any{
		"shmmax": l.SegmentMax, "shmmin": l.SegmentMin, "shmmni": l.Segments, "shmseg": l.PerProcess, "shmall": l.Pages, "used_ids": u.Segments, "shm_tot": u.Pages,
	})
}

func TestFtok(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, nil, 0o600))
	for _, n := range []int{1, 'x', 255, 0x1234} {
		k, err := segment.Ftok(path, n)
		must(t, err)
		if said, errno := peer(t, "ftok", path, n); errno != 0 || said["key"] != fmt.Sprint(uint32(k)) {
			t.Errorf("%d: C %v, ours %d", n, said, uint32(k))
		}
	}
	if _, err := segment.Ftok(path+"none", 1); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if _, err := segment.Ftok(path, 256); !errors.Is(err, segment.ErrInvalid) {
		t.Errorf("%v", err)
	}
}

// POSIX objects and files go both ways as well.
func TestPOSIXWithC(t *testing.T) {
	name := shmName(t)
	if _, errno := peer(t, "posix-write", name, 10_000, "from C"); errno != 0 {
		t.Fatal(errno)
	}
	s, err := segment.OpenPOSIX(name, os.O_RDWR, 0)
	must(t, err)
	defer s.Close()
	b, err := s.Attach(0, 0)
	must(t, err)
	if st, err := s.Stat(); err != nil || st.Size != 10_000 || st.Mode != 0o640 || text(b) != "from C" {
		t.Errorf("%+v, %v: %q", st, err, text(b))
	}
	copy(b, "from Go")
	if said, errno := peer(t, "posix-read", name); errno != 0 || said["text"] != "from Go" || said["size"] != "10000" || said["mode"] != "640" {
		t.Errorf("%v %v", said, errno)
	}
	if _, errno := peer(t, "posix-unlink", name); errno != 0 {
		t.Error(errno)
	}
	if _, err := segment.OpenPOSIX(name, os.O_RDONLY, 0); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("unlinked by C: %v", err)
	}
	ours, err := segment.OpenPOSIX(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o604)
	must(t, err, ours.Extend(4096))
	defer ours.Close()
	_, err = ours.WriteAt([]byte("made in Go"), 0)
	must(t, err)
	if said, errno := peer(t, "posix-read", name); errno != 0 || said["text"] != "made in Go" || said["size"] != "4096" || said["mode"] != "604" {
		t.Errorf("%v %v", said, errno)
	}
	path := filepath.Join(t.TempDir(), "file")
	f, err := segment.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err, f.Extend(8192))
	defer f.Close()
	b, err = f.Attach(0, 0)
	must(t, err)
	copy(b, "in a file")
	if said, errno := peer(t, "file-read", path); errno != 0 || said["text"] != "in a file" || said["size"] != "8192" {
		t.Errorf("%v %v", said, errno)
	}
}

// What ipcs lists is what List does, field by field; ipcrm removes ours.
func TestIpcs(t *testing.T) {
	if _, err := exec.LookPath("ipcs"); err != nil {
		t.Skip("no ipcs")
	}
	key := freeKey(t)
	s := newSysV(t, key, 7777, 0o644)
	_, err := s.Attach(0, 0)
	must(t, err)
	out, err := exec.Command("ipcs", "-m", "-i", fmt.Sprint(s.ID())).Output()
	must(t, err)
	list, err := segment.List()
	must(t, err)
	var st segment.Stat
	for _, l := range list {
		if l.ID == s.ID() {
			st = l
		}
	}
	for _, want := range []string{
		fmt.Sprintf("shmid=%d", st.ID), fmt.Sprintf("uid=%d\tgid=%d\tcuid=%d\tcgid=%d", st.UID, st.GID, st.CUID, st.CGID), fmt.Sprintf("access_perms=%#o", st.Mode),
		fmt.Sprintf("bytes=%d\tlpid=%d\tcpid=%d\tnattch=%d", st.Size, st.Last, st.Creator, st.Attached),
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("ipcs does not say %q:\n%s", want, out)
		}
	}
	rm := exec.Command("ipcrm", "-M", fmt.Sprintf("%#x", uint32(key)))
	if out, err := rm.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if st, err := s.Stat(); err != nil || !st.Destroyed {
		t.Errorf("after ipcrm: %+v, %v", st, err)
	}
}
