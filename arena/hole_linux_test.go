package arena_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/sync"
)

func init() {
	// use does everything with the arena args[0] until it is told to end; what
	// errors there are does not matter.
	arenatest.Register("use", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		l, err := sync.LockAt(a, a.GetInfo())
		if err != nil {
			return err
		}
		quit := make(chan error, 1)
		go func() { quit <- hear("close") }()
		fmt.Println("ready")
		n := map[bool]int{}
		var held []arena.Offset
		for i := uint64(0); ; i++ {
			select {
			case err := <-quit:
				fmt.Println("done", n[true], n[false])
				return errors.Join(err, ignored(a.Close()))
			default:
			}
			err := erring(func() error { return useOnce(a, l, &held, i) })
			n[err == nil]++
		}
	})
}

func ignored(error) error { return nil }

func useOnce(a *arena.Arena, l *sync.Lock, held *[]arena.Offset, i uint64) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Millisecond)
	defer cancel()
	switch i % 8 {
	case 0, 1, 2, 3:
		p, err := a.Malloc(i * 37 % 9000)
		*held = append(*held, p)
		return err
	case 4, 5, 6:
		if n := len(*held); n > 0 {
			err = a.Free((*held)[n-1])
			*held = (*held)[:n-1]
		}
		return err
	}
	switch i / 8 % 16 {
	case 0:
		if a.Check(); len(*held) > 0 {
			_, err = a.Realloc((*held)[0], i%20000)
			*held = (*held)[1:]
		}
	case 1:
		a.Stats()
		a.Users()
		for range a.Blocks() {
		}
	case 2:
		_, err = a.Recover(ctx)
	case 3:
		var x *sync.Sema
		if x, err = sync.NewSema(a, 1); err == nil {
			err = errors.Join(x.P(ctx), x.V(), x.Free())
		}
	default:
		if err = l.Lock(ctx); sync.Held(err) {
			err = errors.Join(err, l.Unlock())
		}
	}
	return err
}

// A hole that somebody makes in the file reads as zeros: damage, which costs
// errors, not a fault, which would cost the process.
func TestHoles(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for round := range max(*cuts, 3) {
		size := []config.Size{480 << 10, 8 << 20}[round%2]
		name := arenatest.Name(t)
		a, err := arena.Create(name, &config.Config{Size: size, MaxSize: size, Users: 8})
		if err != nil {
			t.Fatal(err)
		}
		l, err := sync.NewLock(a)
		if err != nil {
			t.Fatal(err)
		}
		a.PutInfo(l.Offset())
		from, end := dataOf(a.Config())
		a.Close()
		users := []*child{start(t, "use", name), start(t, "use", name)}
		watchdog := time.AfterFunc(time.Minute, func() {
			for _, c := range users {
				c.Process.Signal(syscall.SIGQUIT)
			}
		})
		for _, c := range users {
			t.Cleanup(func() { c.Process.Kill(); c.Wait() })
			c.line(t)
		}
		f, err := os.OpenFile(arenatest.Path(name), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		for range 40 {
			at := rnd.Uint64N(from) // most of what matters lies before the data
			if rnd.IntN(4) == 0 {
				at = from + rnd.Uint64N(end-from)
			}
			const mode = unix.FALLOC_FL_PUNCH_HOLE | unix.FALLOC_FL_KEEP_SIZE
			if err := unix.Fallocate(int(f.Fd()), mode, int64(at&^4095), 4096<<rnd.IntN(3)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rnd.IntN(8)) * time.Millisecond)
		}
		f.Close()
		for _, c := range users {
			fmt.Fprintln(c.in, "close")
			if got := c.line(t); got[0] != "done" || got[1] == "0" {
				t.Errorf("%q", got)
			} else {
				t.Logf("%s calls done, %s refused", got[1], got[2])
			}
			c.finish(t)
		}
		watchdog.Stop()
	}
}
