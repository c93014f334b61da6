package errors_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/internal/worker"
)

const fillerKind = "errors-filler"

func init() { worker.Register(fillerKind, filler) }

// work is one thing for a filler to do.
type work struct {
	What string // fill or end
	Name string
	Seed uint64
}

// done is what it tells.
type done struct {
	New  int // blocks allocated
	Kept int // blocks read again
}

// taken is a block that a filler has, full of one byte.
type taken struct {
	off  arena.Offset
	n    uint64
	mark byte
}

// filler allocates until there is no space, as often as it is told, and then
// looks whether it still has what it wrote.
func filler(side *worker.Side) error {
	side.Follow()
	var a *arena.Arena
	var has []taken
	for {
		var w work
		if err := side.Hear(&w); err != nil {
			return err
		}
		var d done
		var err error
		rnd := rand.New(rand.NewPCG(w.Seed, 6))
		if a == nil {
			if a, err = arena.Join(w.Name); err != nil {
				return err
			}
		}
		if w.What == "fill" {
			was := len(has)
			has, err = fillUp(a, rnd, has)
			d.New = len(has) - was
		} else {
			d.Kept = len(has)
			err = errors.Join(giveBack(a, has), a.Close())
			a, has = nil, nil
		}
		if err != nil {
			return err
		}
		if err := side.Tell(d); err != nil {
			return err
		}
	}
}

// fillUp allocates and writes blocks of all kinds until a small one has no place.
func fillUp(a *arena.Arena, rnd *rand.Rand, has []taken) ([]taken, error) {
	most := uint64(1) << 18
	for {
		b := taken{n: 1 + rnd.Uint64N(1+rnd.Uint64N(most)), mark: byte(rnd.Uint32())}
		var err error
		if b.off, err = a.Malloc(b.n); err == nil {
			mem := a.Bytes(b.off, b.n)
			for i := range mem {
				mem[i] = b.mark
			}
			has = append(has, b)
			continue
		}
		if !errors.Is(err, arena.ErrNoSpace) || !errors.Is(err, syscall.ENOSPC) {
			return has, fmt.Errorf("not the error of a full disk: %w", err)
		}
		if most /= 16; most < 1<<12 {
			return has, nil
		}
	}
}

// giveBack looks at all blocks and frees every second one.
func giveBack(a *arena.Arena, has []taken) error {
	for i, b := range has {
		for at, x := range a.Bytes(b.off, b.n) {
			if x != b.mark {
				return fmt.Errorf("byte %d of %d at %#x is %#x, %#x was written", at, b.n, b.off, x, b.mark)
			}
		}
		if i%2 == 0 {
			if err := a.Free(b.off); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestFullDisks lets several processes fill small disks of their own.
func TestFullDisks(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(disks)) {
		t.Run(name, func(t *testing.T) {
			t.Logf("seed %d, %d fills", *seed, *fills)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute+time.Duration(*fills)*time.Second)
			defer cancel()
			p, err := worker.Start(ctx, hostKind, order{name, t.TempDir(), *fills, *seed}, func(c *exec.Cmd) error {
				c.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS
				return nil
			})
			if errors.Is(err, syscall.EPERM) {
				t.Skipf("needs the right to mount: %v", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer p.Kill()
			var o outcome
			if err := p.Hear(&o); err != nil {
				t.Fatal(err)
			}
			if o.Skip != "" {
				t.Skipf("no %s of its own: %s", name, o.Skip)
			}
			if err := p.Wait(); err != nil {
				t.Error(err)
			}
			if o.Full < *fills || o.Kept == 0 {
				t.Errorf("%+v", o)
			}
			t.Logf("full %d times, %d processes told, %d arenas not made for lack of space; %d blocks read again", o.Full, o.Users, o.Made, o.Kept)
		})
	}
}
