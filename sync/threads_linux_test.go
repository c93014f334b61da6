package sync_test

import (
	"fmt"
	"os"
	"strings"
	gosync "sync"
	"sync/atomic"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
)

const crowd = 500 // goroutines of each process

// status reads numbers of /proc/self/status, and of its threads' status files.
func status(t testing.TB, file, key string) (n int) {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	_, rest, ok := strings.Cut(string(text), "\n"+key+":")
	if !ok {
		t.Fatalf("%s has no %s", file, key)
	}
	fmt.Sscan(rest, &n)
	return n
}

// crowded has many goroutines go for a lock until stop, and says how many threads
// more that made and how often the poorest goroutine had it.
func crowded(t testing.TB, l *sync.Lock, stop func() bool) (more int, least uint64) {
	before := status(t, "/proc/self/status", "Threads")
	var got [crowd]atomic.Uint64
	var wg gosync.WaitGroup
	for i := range crowd {
		wg.Go(func() {
			for !stop() {
				if err := l.Lock(bg); err != nil {
					t.Error(err)
					return
				}
				got[i].Add(1)
				if err := l.Unlock(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	more = status(t, "/proc/self/status", "Threads") - before
	least = got[0].Load()
	for i := range got {
		least = min(least, got[i].Load())
	}
	return more, least
}

func init() {
	arenatest.Register("crowd", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		var off arena.Offset
		fmt.Sscan(args[1], &off)
		l, err := sync.LockAt(a, off)
		if err != nil {
			return err
		}
		end := time.Now().Add(time.Second)
		more, least := crowded(&testing.T{}, l, func() bool { return time.Now().After(end) })
		fmt.Print(more, " ", least)
		return a.Close()
	})
}

// A thousand goroutines in two processes at one lock: each process has one thread
// in the kernel for them, not one for each, and all get their turn.
func TestManyGoroutines(t *testing.T) {
	a := arenatest.New(t)
	l := newLock(t, a)
	cmd := arenatest.Command(t, "crowd", a.Name(), fmt.Sprint(l.Offset()))
	out := make(chan string, 1)
	go func() {
		text, err := cmd.CombinedOutput()
		out <- fmt.Sprint(string(text), " ", err)
	}()
	end := time.Now().Add(time.Second)
	more, least := crowded(t, l, func() bool { return time.Now().After(end) })
	text := <-out
	var theirs int
	var theirLeast uint64
	if _, err := fmt.Sscan(text, &theirs, &theirLeast); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	t.Logf("threads more: %d and %d; turns of the poorest goroutine: %d and %d", more, theirs, least, theirLeast)
	if more > 4 || theirs > 4 {
		t.Errorf("%d and %d threads more", more, theirs)
	}
	if least == 0 || theirLeast == 0 {
		t.Error("a goroutine never got the lock")
	}
}

// A process that is queued at a pollable semaphore sleeps: none of its threads
// wakes up for that.
func TestPollIdle(t *testing.T) {
	a := arenatest.New(t)
	p := newPoll(t, a, 0)
	if got, err := p.P(); got || err != nil {
		t.Fatal(got, err)
	}
	time.Sleep(300 * time.Millisecond) // everything else of this process has settled
	switches := func() (n int) {
		all, err := os.ReadDir("/proc/self/task")
		must(t, err)
		for _, d := range all {
			n += status(t, "/proc/self/task/"+d.Name()+"/status", "voluntary_ctxt_switches")
		}
		return n
	}
	// With a quantum it would be a hundred, in every second. The sleep of this test,
	// the runtime's own clock work and reading the files make a few, now and then
	// more.
	least := 1000
	for tries := 0; tries < 5 && least > 40; tries++ {
		before := switches()
		time.Sleep(time.Second)
		least = min(least, switches()-before)
	}
	if least > 40 {
		t.Errorf("%d wake-ups in a second", least)
	} else {
		t.Logf("%d wake-ups in a second, those of the test included", least)
	}
	must(t, p.V())
	<-p.C()
}
