package arena_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"usarena/arena"
	"usarena/config"
)

// exampleArena is an anonymous arena; a name would do as well.
func exampleArena() *arena.Arena {
	a, err := arena.Init("memfd:", nil)
	if err != nil {
		panic(err)
	}
	return a
}

func ExampleInit() {
	name := fmt.Sprintf("shm:/usarena-doc-%d", os.Getpid())
	a, err := arena.Init(name, &config.Config{Users: 20, Mode: 0o660}) // creates
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := arena.Init(name, nil) // joins; another process would do just this
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(b.Users()), "users of at most", b.Config().Users)
	err = arena.Remove(name)
	fmt.Println("in use:", errors.Is(err, arena.ErrBusy))
	a.Close()
	b.Close()
	fmt.Println("removed:", arena.Remove(name) == nil)
	// Output:
	// 2 users of at most 20
	// in use: true
	// removed: true
}

func ExampleArena() {
	a := exampleArena()
	defer a.Close()
	p, err := a.Malloc(100)
	if err != nil {
		fmt.Println(err)
		return
	}
	copy(a.Bytes(p, 5), "hello")
	fmt.Printf("%s\n", a.Bytes(p, 5))
	fmt.Println(a.Free(p))
	fmt.Println("twice is noticed:", errors.Is(a.Free(p), arena.ErrDoubleFree))
	// Output:
	// hello
	// <nil>
	// twice is noticed: true
}

// A list in an arena: offsets instead of pointers, otherwise as usual.
func ExamplePtr() {
	type item struct {
		Next  arena.Ptr[item]
		Value int64
	}
	a := exampleArena()
	defer a.Close()
	var list arena.Ptr[item]
	for v := range int64(3) {
		p, err := arena.New[item](a)
		if err != nil {
			fmt.Println(err)
			return
		}
		*p.In(a) = item{Next: list, Value: v}
		list = p
	}
	for i := list.In(a); i != nil; i = i.Next.In(a) {
		fmt.Println(i.Value)
	}
	// Output:
	// 2
	// 1
	// 0
}

func ExampleSlice() {
	a := exampleArena()
	defer a.Close()
	s, err := arena.CopyIn(a, []float64{1, 2, 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	s.In(a)[1] = 20
	fmt.Println(s.Len(), s.In(a), s.Free(a))
	// Output:
	// 3 [1 20 3] <nil>
}

// A stack that any number of processes push to without a lock.
func ExampleCell() {
	type frame struct {
		Below arena.Ptr[frame]
		Value uint64
	}
	a := exampleArena()
	defer a.Close()
	top, err := arena.New[arena.Cell[frame]](a)
	if err != nil {
		fmt.Println(err)
		return
	}
	for v := range uint64(3) {
		f, err := arena.New[frame](a)
		if err != nil {
			fmt.Println(err)
			return
		}
		f.In(a).Value = v
		for {
			old := top.In(a).Load()
			f.In(a).Below = old
			if top.In(a).CompareAndSwap(old, f) {
				break
			}
		}
	}
	fmt.Println(top.In(a).Load().In(a).Value)
	// Output:
	// 2
}

// Types that other processes could not read are refused, with the cure.
func ExampleNew() {
	type bad struct {
		ID    uint32
		Total uint64
	}
	a := exampleArena()
	defer a.Close()
	_, err := arena.New[bad](a)
	fmt.Println(err)
	// Output:
	// usarena: type arena_test.bad: arena_test.bad.Total begins at byte 8 in 64-bit builds and at 4 in 32-bit ones: insert the line `_ [4]byte` before it: type cannot be shared
}

func ExampleRoot() {
	a := exampleArena()
	defer a.Close()
	mine, err := arena.New[uint64](a)
	if err != nil {
		fmt.Println(err)
		return
	}
	*mine.In(a) = 42
	if !arena.CasRoot(a, arena.Ptr[uint64]{}, mine) {
		mine.Free(a) // somebody else has published one
	}
	root, err := arena.Root[uint64](a)
	fmt.Println(*root.In(a), err)
	// Output:
	// 42 <nil>
}

func ExampleArena_Command() {
	a := exampleArena() // without a name: only inheritance leads there
	defer a.Close()
	worker := exec.Command("worker")
	if err := a.Command(worker); err != nil {
		fmt.Println(err)
		return
	}
	// worker.Start(); the worker calls arena.Inherit.
	fmt.Println(len(worker.ExtraFiles), "file is handed over")
	// Output:
	// 1 file is handed over
}

// In a process that nobody has handed an arena to.
func ExampleInherit() {
	_, err := arena.Inherit()
	fmt.Println(errors.Is(err, os.ErrNotExist))
	// Output:
	// true
}

func ExampleArena_Recover() {
	a := exampleArena()
	defer a.Close()
	got, err := a.Recover(context.Background())
	fmt.Println(got.Users, "users have died,", err)
	// Output:
	// 0 users have died, <nil>
}

// A buffer that grows in its place in a shared structure: at no moment does a
// kill lose a block or leave the cell with one that is free.
func ExampleArena_ReallocTo() {
	type buffer struct {
		Bytes arena.Cell[byte]
	}
	a := exampleArena()
	defer a.Close()
	b, err := arena.New[buffer](a)
	if err != nil {
		fmt.Println(err)
		return
	}
	cell := b.Offset() // Bytes is the first field
	for n := uint64(100); n <= 10_000; n *= 10 {
		if _, err := a.ReallocTo(cell, n); err != nil { // the first one allocates
			fmt.Println(err)
			return
		}
		size, err := a.BlockSize(a.LoadCell(cell))
		fmt.Println(n, size >= n, err)
	}
	fmt.Println(a.FreeFrom(cell), a.LoadCell(cell))
	// Output:
	// 100 true <nil>
	// 1000 true <nil>
	// 10000 true <nil>
	// <nil> 0
}

// After a death: what the structure still leads to is kept, the rest is freed.
func ExampleArena_Orphans() {
	a := exampleArena()
	defer a.Close()
	reachable := map[arena.Offset]bool{} // from a walk through the structure
	kept, freed := 0, 0
	for user, p := range a.Orphans() {
		if reachable[p] {
			kept++
			if err := a.Keep(p); err != nil {
				fmt.Println(user.Slot, err)
			}
			continue
		}
		freed++
		if err := a.Free(p); err != nil {
			fmt.Println(user.Slot, err)
		}
	}
	fmt.Println(kept, "kept,", freed, "freed")
	// Output:
	// 0 kept, 0 freed
}
