package arena_test

import (
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
)

func init() {
	// race creates or joins args[0] as soon as its input ends, and adds 1 to the
	// counter that the first datum leads to.
	arenatest.Register("race", func(args []string) error {
		fmt.Println("ready")
		io.Copy(io.Discard, os.Stdin)
		_, err := count(args[0])
		return err
	})
}

// Several creators at once: one creates, the others join.
func TestCreatorsRace(t *testing.T) {
	for range 5 {
		name := arenatest.Name(t)
		var all []*child
		for range 6 {
			c := start(t, "race", name)
			c.line(t)
			all = append(all, c)
		}
		for _, c := range all {
			c.in.Close()
		}
		for _, c := range all {
			if err := c.Wait(); err != nil {
				t.Error(err)
			}
		}
		if n, err := count(name); err != nil || n != 7 {
			t.Errorf("count %d, %v", n, err)
		}
	}
}

// The same within one process, with removal in between: nobody may end up with
// an arena that the name does not lead to, nor with an error.
func TestInitRemoveRace(t *testing.T) {
	name := arenatest.Name(t)
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for {
			select {
			case <-quit:
				return
			default:
				arena.Remove(name)
			}
		}
	}()
	var users sync.WaitGroup
	for range 4 {
		users.Add(1)
		go func() {
			defer users.Done()
			for range 100 {
				a, err := arena.Init(name, nil)
				if err != nil {
					t.Error(err)
					return
				}
				if fi, err := os.Stat(arenatest.Path(name)); err != nil {
					t.Errorf("removed under a user: %v", err)
				} else if _, ino := a.ID(); fi.Sys().(*syscall.Stat_t).Ino != ino {
					t.Error("joined an arena that has no name any more")
				}
				a.Close()
			}
		}()
	}
	users.Wait()
	close(quit)
	wg.Wait()
}

// A creator that is killed half way leaves nothing, or a complete arena.
func TestCreatorKilled(t *testing.T) {
	dir := t.TempDir()
	name := dir + "/arena"
	for i := range 40 {
		c := start(t, "create", name)
		c.line(t)
		time.Sleep(time.Duration(i*50) * time.Microsecond)
		c.kill(t)
		a, err := arena.Init(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantClean(t, a)
		mustMalloc(t, a, 100)
		if err := a.Unlink(); err != nil {
			t.Fatal(err)
		}
		a.Close()
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Fatalf("left behind: %v", left)
		}
	}
}

func init() {
	arenatest.Register("create", func(args []string) error {
		fmt.Println("ready")
		for {
			a, err := arena.Create(args[0], nil)
			if err != nil {
				return err
			}
			a.Unlink()
			a.Close()
		}
	})
}
