package storm

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
)

// TestIdleOwner: what a process allocated and others freed is there for all,
// although that process sleeps in a system call and does nothing about it.
func TestIdleOwner(t *testing.T) {
	a := newArena(t, config.Config{Size: 64 << 20, NoAutoGrow: true})
	total := a.Stats().FreeBytes
	owner, p := own(t, a, total, false)
	free(t, a, p)
	taker := newTaker(t, a, total)
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if got := taker.next(); got.Bytes >= total/10*9 {
			break
		} else if time.Now().After(end) {
			t.Fatalf("watchdog: got %d of %d bytes", got.Bytes, total)
		}
	}
	taker.end()
	wantClean(t, "taken", a)
	owner.mustTell(t, "leave")
	owner.mustEnd(t)
	wantEmpty(t, a)
}

// TestStoppedOwner stops the process in the middle of its work. Then its heaps
// keep what they hold, which is about a 64th of the arena and some; when it goes
// on and rests, everything is there.
func TestStoppedOwner(t *testing.T) {
	a := newArena(t, config.Config{Size: 64 << 20, NoAutoGrow: true})
	total := a.Stats().FreeBytes
	owner, p := own(t, a, total, true)
	owner.signal(syscall.SIGSTOP)
	t.Cleanup(func() { owner.signal(syscall.SIGCONT) })
	until(t, "the owner is stopped", []*member{owner}, func() bool { return stopped(owner.Pid()) })
	owned := 0
	for b, err := range info.Walk(a.Name()) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Slot == p.Slot && b.Kind == "small" {
			owned++
		}
	}
	if owned == 0 {
		t.Error("the owner holds no span: it was not stopped at work")
	}
	free(t, a, p)
	taker := newTaker(t, a, total)
	got := taker.next()
	t.Logf("beside a stopped owner of %d blocks: %d of %d bytes", owned, got.Bytes, total)
	if got.Bytes < total/100*85 {
		t.Errorf("beside a stopped owner %d of %d bytes could be had, want 85 %%", got.Bytes, total)
	}
	wantClean(t, "stopped", a)
	owner.signal(syscall.SIGCONT)
	owner.mustTell(t, "rest")
	for end := time.Now().Add(patience); got.Bytes < total/10*9; got = taker.next() {
		if time.Now().After(end) {
			t.Fatalf("watchdog: got %d of %d bytes", got.Bytes, total)
		}
		time.Sleep(10 * time.Millisecond)
	}
	taker.end()
	until(t, "the owner has come to rest", []*member{owner}, func() bool { return a.Stats().LiveBytes == 0 })
	wantEmpty(t, a)
	owner.mustTell(t, "leave")
	owner.mustEnd(t)
}

// own starts a process that allocates 90 % of the arena.
func own(t *testing.T, a *arena.Arena, total uint64, busy bool) (*member, part) {
	t.Helper()
	var p part
	owner := launch(t, "owner", partSpec{a.Name(), total / 10 * 9, 64, 4096, busy})
	owner.mustHear(t, &p)
	if p.Bytes < total/10*9 {
		t.Fatalf("%d of %d bytes could be allocated in an empty arena", p.Bytes, total)
	}
	return owner, p
}

// free frees a part in another process.
func free(t *testing.T, a *arena.Arena, p part) {
	t.Helper()
	launch(t, "freer", map[string]any{"Arena": a.Name(), "Part": p}).mustEnd(t)
	wantClean(t, "freed", a)
}

// taker is a process that allocates nine tenths again and again.
type taker struct {
	*member
	t     *testing.T
	first bool
}

func newTaker(t *testing.T, a *arena.Arena, total uint64) *taker {
	return &taker{launch(t, "taker", partSpec{Arena: a.Name(), Want: total / 10 * 9, Least: 64, Most: 4096}), t, true}
}

// next is what the next try got.
func (k *taker) next() (p part) {
	k.t.Helper()
	if !k.first {
		k.mustTell(k.t, true)
	}
	k.first = false
	k.mustHear(k.t, &p)
	return p
}

func (k *taker) end() {
	k.mustTell(k.t, false)
	k.mustEnd(k.t)
}

// stopped reads the state of a process.
func stopped(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	i := bytes.LastIndexByte(b, ')')
	return err == nil && i+2 < len(b) && b[i+2] == 'T'
}
