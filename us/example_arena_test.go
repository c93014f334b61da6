package us_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

// The three functions that the IRIX manual teaches: make an arena, join one
// together with unrelated processes, resign from it.

// makeArena makes an arena under a name that nobody else uses. What us.Config
// returns beside the error is the previous value, and means nothing here.
func makeArena(initSize uint64, nProcs int) (*arena.Arena, error) {
	if _, err := us.Config(us.CONF_INITUSERS, nProcs); err != nil {
		return nil, fmt.Errorf("number of users: %w", err)
	}
	if _, err := us.Config(us.CONF_INITSIZE, initSize); err != nil {
		return nil, fmt.Errorf("size: %w", err)
	}
	f, err := os.CreateTemp("", "arena")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return us.Init(f.Name()) // a file that is no arena is overwritten
}

// arenaStuff is what the first datum leads to: all that the processes share is
// found from here.
type arenaStuff struct {
	UpdateLock sync.LockRef // exclusive use of this structure
	Joined     int32        // processes
	Ready      int32        // set-up is over
	Squares    arena.Slice[uint64]
}

// setUpArena sets up what the processes share. UpdateLock is held.
func setUpArena(a *arena.Arena, stuff *arenaStuff) (err error) {
	stuff.Squares, err = arena.NewSlice[uint64](a, 10)
	if err != nil {
		return err
	}
	for i := range stuff.Squares.In(a) {
		stuff.Squares.In(a)[i] = uint64(i * i)
	}
	return nil
}

// joinArena joins the arena. The first process of all creates it and sets it up;
// the others, which may come at any moment, find it set up.
func joinArena(name string, setUp func(*arena.Arena, *arenaStuff) error) (a *arena.Arena, first bool, err error) {
	if a, err = us.Init(name); err != nil {
		return nil, false, err
	}
	for {
		if us.GetInfo(a) != 0 {
			return a, false, joinStuff(a, setUp)
		}
		// Nobody seems to have been here. The lock is held before anybody else can
		// find it, so that whoever does waits until we are ready.
		lock, err := us.NewLock(a)
		if err != nil {
			return a, false, err
		}
		if _, err := us.CSetLock(lock, 1); err != nil {
			return a, false, err
		}
		p, err := arena.New[arenaStuff](a)
		if err != nil {
			return a, false, err
		}
		stuff := p.In(a)
		stuff.UpdateLock, stuff.Joined = lock.Ref(), 1
		if us.CasInfo(a, 0, p.Offset()) {
			if err := setUp(a, stuff); err != nil {
				return a, true, err
			}
			stuff.Ready = 1
			return a, true, us.UnsetLock(lock)
		}
		// Another process was faster: ours goes, and we look again.
		if err := errors.Join(us.FreeLock(lock, a), p.Free(a)); err != nil {
			return a, false, err
		}
	}
}

// joinStuff joins what another process has set up or is setting up right now.
func joinStuff(a *arena.Arena, setUp func(*arena.Arena, *arenaStuff) error) error {
	stuff, lock, err := stuffOf(a)
	if err != nil {
		return err
	}
	if err := us.SetLock(lock); !sync.Held(err) {
		return err
	}
	defer us.UnsetLock(lock)
	if stuff.Ready == 0 { // whoever was at it has died; IRIX would have us wait for ever
		if err := setUp(a, stuff); err != nil {
			return err
		}
		stuff.Ready = 1
	}
	stuff.Joined++
	return nil
}

func stuffOf(a *arena.Arena) (*arenaStuff, *sync.Lock, error) {
	p, err := arena.At[arenaStuff](a, us.GetInfo(a))
	if err != nil {
		return nil, nil, err
	}
	lock, err := p.In(a).UpdateLock.In(a)
	return p.In(a), lock, err
}

// resignArena undoes joinArena. It removes nothing, even for the last one: a
// process may have joined that has not got as far as the lock.
func resignArena(a *arena.Arena) error {
	stuff, lock, err := stuffOf(a)
	if err != nil {
		return err
	}
	if err := us.SetLock(lock); !sync.Held(err) {
		return err
	}
	stuff.Joined--
	return errors.Join(us.UnsetLock(lock), us.Detach(a))
}

func Example_makeArena() {
	a, err := makeArena(300_000, 12)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(a.Name())
	defer us.Detach(a)
	users, _ := us.Config(us.CONF_GETUSERS, a)
	size, _ := us.Config(us.CONF_GETSIZE, a)
	fmt.Println(users, "users,", size, "bytes")

	// The settings stay for the next arena; this sets them back.
	us.Config(us.CONF_INITUSERS, 8)
	us.Config(us.CONF_INITSIZE, 65536)
	// Output: 12 users, 300000 bytes
}

func init() {
	arenatest.Register("join", func(args []string) error {
		a, first, err := joinArena(args[0], setUpArena)
		if err != nil {
			return err
		}
		stuff, _, err := stuffOf(a)
		if err != nil {
			return err
		}
		fmt.Println("another process: first", first, "joined", stuff.Joined, stuff.Squares.In(a))
		return resignArena(a)
	})
}

// Two unrelated processes run the same function. The first one makes the arena
// and what is in it, the other finds it.
func Example_joinArena() {
	name := filepath.Join(os.TempDir(), fmt.Sprintf("usarena-doc-join-%d", os.Getpid()))
	defer os.Remove(name)
	a, first, err := joinArena(name, setUpArena)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer us.Detach(a)
	fmt.Println("this process: first", first)
	other, err := arenatest.Process("join", name)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := other.Output()
	fmt.Print(string(out))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// this process: first true
	// another process: first false joined 2 [0 1 4 9 16 25 36 49 64 81]
}

// The last thing that a program does is to remove the arena. arena.Remove does so
// when nobody is left, whoever comes last; unlike a plain unlink it leaves an arena
// alone that somebody has just joined.
func Example_resignArena() {
	name := filepath.Join(os.TempDir(), fmt.Sprintf("usarena-doc-resign-%d", os.Getpid()))
	defer os.Remove(name)
	a, _, err := joinArena(name, setUpArena)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("still used:", errors.Is(arena.Remove(name), arena.ErrBusy))
	if err := resignArena(a); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("removed:", arena.Remove(name) == nil)
	// Output:
	// still used: true
	// removed: true
}
