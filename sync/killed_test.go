package sync_test

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/internal/layout"
	"usarena/sync"
)

func init() {
	// half takes something, says so, does a part of giving it back when it is told
	// to, says so again, and stays until it is killed.
	arenatest.Register("half", func(args []string) error {
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
		if err := l.Lock(bg); err != nil {
			return err
		}
		fmt.Println("has it")
		fmt.Scanln()
		if args[2] == "store" { // an unlock without its wake
			t, err := a.Objects()
			if err != nil {
				return err
			}
			objectAt(t, off).Lock.Store(layout.LockFree)
		}
		fmt.Println("half way")
		time.Sleep(arenatest.Patience)
		return nil
	})
}

// A process is killed between the store of its unlock and the wake, or while it
// holds the lock. A sleeper of another process goes on within a quantum; the log
// tells how long it took, the test only has patience.
func TestKilledBeforeTheWake(t *testing.T) {
	for _, how := range []string{"store", "hold"} {
		var took []time.Duration
		for range 8 {
			a := arenatest.New(t)
			l := newLock(t, a)
			cmd := arenatest.Command(t, "half", a.Name(), fmt.Sprint(l.Offset()), how)
			in, err := cmd.StdinPipe()
			must(t, err)
			out, err := cmd.StdoutPipe()
			must(t, err, cmd.Start())
			says := bufio.NewScanner(out)
			if says.Scan(); says.Text() != "has it" {
				t.Fatal(says.Text())
			}
			type end struct {
				err error
				at  time.Time
			}
			got := make(chan end, 1)
			go func() {
				err := l.Lock(soon(t))
				got <- end{err, time.Now()}
			}()
			for object(t, a, l.Offset()).Lock.Load()&layout.LockWaiters == 0 {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(time.Duration(len(took)) * 2 * time.Millisecond) // anywhere in a quantum
			fmt.Fprintln(in)
			start := time.Now()
			if says.Scan(); says.Text() != "half way" {
				t.Fatal(says.Text())
			}
			must(t, cmd.Process.Kill())
			if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
				t.Error(err)
			}
			if how == "hold" {
				start = time.Now() // it is dead from here on
			}
			e := <-got
			took = append(took, max(e.at.Sub(start), 0))
			if how == "hold" {
				want(t, how, e.err, sync.ErrOwnerDied)
				must(t, l.Recovered())
			} else {
				must(t, e.err)
			}
			must(t, l.Unlock())
		}
		slices.Sort(took)
		t.Logf("%s: median %v, longest %v", how, took[len(took)/2], took[len(took)-1])
	}
}
