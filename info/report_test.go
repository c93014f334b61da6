package info

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/region"
)

// file writes the image where Check can open it.
func (m *maker) file(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "arena")
	if err := os.WriteFile(name, m.b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// hold locks a slot's byte through a description of its own, as a user would.
func hold(t *testing.T, name string, slot int) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	lk := unix.Flock_t{Type: unix.F_WRLCK, Start: int64(layout.LockByte(slot)), Len: 1}
	if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &lk); err != nil {
		t.Fatal(err)
	}
}

func TestCheckFile(t *testing.T) {
	m := sample(t)
	name := m.file(t)
	r, err := Check(name)
	if err != nil || r.Live {
		t.Fatalf("live %v, %v", r.Live, err)
	}
	wantClean(t, r)
	hold(t, name, 8)
	if r, err = Check(name); err != nil || !r.Live {
		t.Fatalf("live %v, %v", r.Live, err)
	}
	wantClean(t, r)
}

func TestCheckDamagedFile(t *testing.T) {
	m := sample(t)
	m.state(pageKept, layout.BackTo(1))
	name := m.file(t)
	for _, live := range []bool{false, true} {
		if live {
			hold(t, name, 1)
		}
		r, err := Check(name)
		if err != nil || r.Clean || r.Live != live || len(r.Findings) != 1 || r.Findings[0].Kind != KindLost {
			t.Errorf("live %v: %+v, %v", live, r, err)
		}
	}
	text, err := json.Marshal(Report{Findings: []Finding{}})
	if err != nil || string(text) != `{"clean":false,"findings":[]}` {
		t.Errorf("%s, %v", text, err)
	}
}

// TestTransient plants damage in a live arena and takes it away again before
// the last look: no finding.
func TestTransient(t *testing.T) {
	m := sample(t)
	r, err := region.Over(m.b, m.g, "sample")
	if err != nil {
		t.Fatal(err)
	}
	was := r.Load(pageKept)
	r.State(pageKept).Store(uint64(layout.BackTo(1)))
	time.AfterFunc(pauses[len(pauses)-1]/2, func() { r.State(pageKept).Store(uint64(was)) })
	wantClean(t, CheckRegion(r, true, nil))
}

func TestCheckCannotLook(t *testing.T) {
	m := sample(t)
	dir := t.TempDir()
	put := func(name string, b []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	later := append([]byte(nil), m.b...)
	h := layout.HeaderOf(later)
	h.Version = 2
	h.Checksum = h.Sum()
	for _, c := range []struct {
		name string
		want error
	}{
		{filepath.Join(dir, "none"), fs.ErrNotExist},
		{dir, errs.NotArena},
		{put("empty", nil), errs.NotArena},
		{put("text", []byte(strings.Repeat("no arena at all\n", 100))), errs.NotArena},
		{put("later", later), errs.Version},
	} {
		if r, err := Check(c.name); !errors.Is(err, c.want) {
			t.Errorf("Check(%s) = %+v, %v, want %v", c.name, r, err, c.want)
		}
		if err := Dump(new(strings.Builder), c.name); !errors.Is(err, c.want) {
			t.Errorf("Dump(%s) = %v, want %v", c.name, err, c.want)
		}
		if _, err := Stat(c.name); !errors.Is(err, c.want) {
			t.Errorf("Stat(%s) = %v, want %v", c.name, err, c.want)
		}
		n := 0
		for b, err := range Walk(c.name) {
			if n++; !errors.Is(err, c.want) {
				t.Errorf("Walk(%s) = %v, %v, want %v", c.name, b, err, c.want)
			}
		}
		if n != 1 {
			t.Errorf("Walk(%s) ends without an error", c.name)
		}
	}
}

func TestCheckShortFile(t *testing.T) {
	m := sample(t)
	for _, size := range []uint64{8, 1023, 1024, m.g.RegionsOff, m.g.StatesOff + 100, m.g.BitsOff + 4096, m.g.DataOff, m.g.FileSize(899)} {
		name := filepath.Join(t.TempDir(), "short")
		if err := os.WriteFile(name, m.b[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Check(name)
		if err != nil || r.Clean || r.Findings[0].Kind != KindTruncated {
			t.Errorf("%d bytes: %+v, %v", size, r, err)
		}
	}
}

// TestTruncatedMeanwhile cuts the file off under a walk.
func TestTruncatedMeanwhile(t *testing.T) {
	m := sample(t)
	name := m.file(t)
	n, last := 0, error(nil)
	for _, err := range Walk(name) {
		if n++; n == 1 {
			if err := os.Truncate(name, 4096); err != nil {
				t.Fatal(err)
			}
		}
		last = err
	}
	if !errors.Is(last, errs.Truncated) {
		t.Errorf("walk of a file that was cut off: %v", last)
	}
}

// TestWalkPanics proves that the guard leaves the caller's panics alone.
func TestWalkPanics(t *testing.T) {
	name := sample(t).file(t)
	defer func() {
		if p := recover(); p != "mine" {
			t.Errorf("recovered %v", p)
		}
	}()
	for range Walk(name) {
		panic("mine")
	}
}

func TestWalk(t *testing.T) {
	m := sample(t)
	got := map[uint64]Block{}
	last := uint64(0)
	for b, err := range Walk(m.file(t)) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Offset <= last {
			t.Errorf("block at %#x after %#x", b.Offset, last)
		}
		last = b.Offset
		got[(b.Offset-m.g.DataOff)>>layout.PageShift<<16|b.Offset%layout.PageSize] = b
	}
	data := func(page uint64) uint64 { return m.g.DataOff + page<<layout.PageShift }
	for _, b := range []Block{
		{data(pageOwned), 16, "small", 0, 1, 7, false},
		{data(pageOwned) + 32, 16, "small", 0, 1, 7, false}, // 16 was returned
		{data(pageWide), uint64(layout.ClassTable[wide()].Size), "small", wide(), 1, 7, false},
		{data(pageLarge), 5 * layout.PageSize, "large", -1, 1, 7, false},
		{data(pageLeft), 32, "small", 1, 4, 2, true},
		{data(pageLeft) + 32, 32, "small", 1, 4, 2, true},
		{data(pageLeft) + 64, 32, "small", 1, 0, 0, false},
		{data(pageLeft) + 96, 32, "small", 1, 0, 0, false}, // kept
		{data(pageLeft) + 128, 32, "small", 1, 1, 7, false},
		{data(pageBare), 32, "small", 1, 0, 0, false},
		{data(pageOrphan), 2 * layout.PageSize, "large", -1, 5, 1, true},
		{data(pageKept), layout.PageSize, "large", -1, 0, 0, false},
		{data(pageAcross), (pageOver - pageAcross) * layout.PageSize, "large", -1, 2, 3, false},
		{data(pageOver), (pageEnd - pageOver) * layout.PageSize, "large", -1, 0, 0, false},
		{data(pageLast), layout.PageSize, "large", -1, 0, 0, false},
	} {
		key := (b.Offset-m.g.DataOff)>>layout.PageShift<<16 | b.Offset%layout.PageSize
		if got[key] != b {
			t.Errorf("at %#x: %+v, want %+v", b.Offset, got[key], b)
		}
		delete(got, key)
	}
	for _, b := range got {
		t.Errorf("%+v is no block", b)
	}
}

func TestStats(t *testing.T) {
	m := sample(t)
	name := m.file(t)
	hold(t, name, 1)
	s, err := Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	live := uint64(0)
	for b := range Walk(name) {
		live += b.Size
	}
	switch {
	case s.LiveBytes != live:
		t.Errorf("live %d, blocks have %d", s.LiveBytes, live)
	case s.LiveBytes+s.FreeBytes != samplePages*layout.PageSize:
		t.Errorf("live %d + free %d is not %d", s.LiveBytes, s.FreeBytes, samplePages*layout.PageSize)
	case s.HeldBytes+s.KeptBytes+s.OrphanBytes != s.LiveBytes || s.OrphanBytes != 64+2*layout.PageSize+(pageOver-pageAcross)*layout.PageSize:
		t.Errorf("held %d + kept %d + orphaned %d, live %d", s.HeldBytes, s.KeptBytes, s.OrphanBytes, s.LiveBytes)
	case s.LargestFree != (pageAcross-pageKept-1)*layout.PageSize:
		t.Errorf("largest free stretch is %d pages", s.LargestFree/layout.PageSize)
	case s.UsersMax != 8 || s.UsersLive != 1 || s.Backing != "file" || s.Name != name:
		t.Errorf("%+v", s)
	case s.Committed != uint64(m.g.MetaBytes(samplePages)+samplePages*layout.PageSize) || s.MaxSize != 4<<20:
		t.Errorf("committed %d of %d", s.Committed, s.MaxSize)
	case len(s.Classes) != 3 || s.Classes[0] != ClassStats{16, 1, 252, 2, 250} || s.Classes[1] != ClassStats{32, 2, 256, 6, 250}:
		t.Errorf("%+v", s.Classes)
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	keys := "name backing size committed max_size users_max users_live live_bytes free_bytes largest_free fragmentation classes"
	for _, key := range strings.Fields(keys) {
		if !strings.Contains(string(text), `"`+key+`":`) {
			t.Errorf("%s is not in %s", key, text)
		}
	}
}

func TestUsers(t *testing.T) {
	m := sample(t)
	m.put(m.userAt(1)+offUserPid, 4711|uint64(layout.UserBits32)<<32)
	m.put(m.userAt(1)+offUserSince, uint64(time.Unix(1e9, 0).UnixNano()))
	name := m.file(t)
	hold(t, name, 1)
	users, err := Users(name)
	if err != nil || len(users) != 2 {
		t.Fatalf("%+v, %v", users, err)
	}
	u := users[0]
	if u.Slot != 1 || u.State != StateLive || u.Pid != 4711 || !u.Bits32 || u.Gen != 7 || !u.Since.Equal(time.Unix(1e9, 0)) {
		t.Errorf("%+v", u)
	}
	if users[1].Slot != 2 || users[1].State != StateDead {
		t.Errorf("%+v", users[1])
	}
	r, err := region.Over(m.b, m.g, "sample")
	if err != nil {
		t.Fatal(err)
	}
	if users := UsersOf(r, nil); len(users) != 2 || users[1].State != StateLeaving {
		t.Errorf("%+v", users)
	}
	text, err := json.Marshal(u)
	if err != nil || !strings.HasPrefix(string(text), `{"slot":1,"state":"live","pid":4711,"start":0,"since":"`) || !strings.HasSuffix(string(text), `"holds":[],"waits_for":[]}`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestDump(t *testing.T) {
	m := sample(t)
	m.put(m.lockAt(1), uint64(layout.LockWord(2, 3)))
	m.state(pageKept, layout.BackTo(1))
	var b strings.Builder
	if err := Dump(&b, m.file(t)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"user 1: dead, generation 7",
		"region 1, locked by slot 2 generation 3",
		"class 0, 16 bytes, 2 of 252 blocks live, slot 1 generation 7 heap 2",
		"2 orphans",
		"large         2 pages  slot 5 generation 1, orphaned",
		"!! lost at ",
		"LOST",
		"left         20 pages",
		"virgin      111 pages",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
