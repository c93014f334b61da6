package arena_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
)

func init() {
	// churn joins args[0], allocates, frees and leaves, again and again.
	arenatest.Register("churn", func(args []string) error {
		seed, err := strconv.ParseUint(args[1], 10, 64)
		if err != nil {
			return err
		}
		r := rand.New(rand.NewPCG(seed, 0))
		fmt.Println("ready")
		for {
			a, err := arena.Join(args[0])
			if err != nil {
				return err
			}
			var held []arena.Offset
			for range r.IntN(200) {
				if len(held) > 0 && r.IntN(2) == 0 {
					i := r.IntN(len(held))
					if err := a.Free(held[i]); err != nil {
						return err
					}
					held[i] = held[len(held)-1]
					held = held[:len(held)-1]
					continue
				}
				p, err := a.Malloc(r.Uint64N(1 << r.IntN(18)))
				if err != nil {
					return err
				}
				held = append(held, p)
			}
			for _, p := range held {
				if err := a.Free(p); err != nil {
					return err
				}
			}
			if err := a.Close(); err != nil {
				return err
			}
		}
	})
	// idle is one user after the other of an arena that starts afresh when nobody
	// uses it. args[1] is how often.
	arenatest.Register("idle", func(args []string) error {
		n, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		for range n {
			a, err := arena.Init(args[0], &config.Config{ResetIdle: true, Users: 16})
			if err != nil {
				return err
			}
			mine, err := arena.New[uint64](a)
			if err != nil {
				return err
			}
			*mine.In(a) = uint64(os.Getpid())
			fi, err := os.Stat(arenatest.Path(args[0]))
			if err != nil {
				return err
			}
			if b, err := arena.OpenReadOnly(args[0]); err != nil {
				return err
			} else if _, i := a.ID(); fi.Size() == 0 {
				return fmt.Errorf("inode %d is empty", i)
			} else {
				_, j := b.ID()
				b.Close()
				if i != j {
					return fmt.Errorf("inode %d was replaced by %d under its user", i, j)
				}
			}
			if *mine.In(a) != uint64(os.Getpid()) {
				return fmt.Errorf("somebody wrote %d over %d", *mine.In(a), os.Getpid())
			}
			if err := mine.Free(a); err != nil {
				return err
			}
			if err := a.Close(); err != nil {
				return err
			}
		}
		fmt.Println("done")
		io.Copy(io.Discard, os.Stdin)
		return nil
	})
}

// Users that are killed while they join, allocate, free or leave: the others see
// nothing of it, and afterwards every byte is accounted for.
func TestKillStorm(t *testing.T) {
	for _, c := range []*config.Config{{Users: 4}, {Users: 4, Size: 256 << 10, MaxSize: 4 << 20, ReclaimOnDeath: true}} {
		if arenatest.Fixed() {
			c.Size = c.MaxSize
		}
		a := arenatest.New(t, c)
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 1))
		var last *child
		for i := range 40 {
			c := start(t, "churn", a.Name(), strconv.FormatUint(seed+uint64(i), 10))
			c.line(t)
			time.Sleep(time.Duration(r.IntN(3000)) * time.Microsecond)
			if last != nil {
				last.kill(t)
			}
			last = c
			for range 50 {
				if err := a.Free(mustMalloc(t, a, r.Uint64N(5000))); err != nil {
					t.Fatal(err)
				}
			}
		}
		last.kill(t)
		for end := time.Now().Add(time.Minute); len(a.Users()) > 1; {
			if _, err := a.Recover(t0); err != nil || time.Now().After(end) {
				t.Fatalf("%v, %+v", err, a.Users())
			}
		}
		wantClean(t, a)
		blocks := 0
		for p := range a.Blocks() {
			blocks++
			if err := a.Free(p); err != nil {
				t.Error(err)
			}
		}
		if s := a.Stats(); s.LiveBytes != 0 {
			t.Errorf("%d bytes are live after all of %d blocks were freed", s.LiveBytes, blocks)
		}
	}
}

// An arena starts afresh only while nobody uses it.
func TestResetIdleRace(t *testing.T) {
	name := arenatest.Name(t)
	var all []*child
	for range 4 {
		all = append(all, start(t, "idle", name, "150"))
	}
	for _, c := range all {
		c.line(t)
		c.finish(t)
	}
}
