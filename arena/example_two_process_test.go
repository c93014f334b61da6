package arena_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"usarena/arena"
	"usarena/arena/arenatest"
)

// Counter lives in the arena; every process sees the same one.
type Counter struct{ Runs atomic.Uint64 }

// count is all that each process does: create or join, agree on the counter, use
// it.
func count(name string) (uint64, error) {
	a, err := arena.Init(name, nil)
	if err != nil {
		return 0, err
	}
	defer a.Close()
	fresh, err := arena.New[Counter](a)
	if err != nil {
		return 0, err
	}
	if !arena.CasRoot(a, arena.Ptr[Counter]{}, fresh) {
		fresh.Free(a) // another process was first
	}
	root, err := arena.Root[Counter](a)
	if err != nil {
		return 0, err
	}
	return root.In(a).Runs.Add(1), nil
}

func init() {
	arenatest.Register("count", func(args []string) error {
		n, err := count(args[0])
		fmt.Println("another process counts", n)
		return err
	})
}

// Two unrelated processes run the same lines. The first creates the arena, the
// second finds it and what is in it.
func Example_twoProcesses() {
	name := filepath.Join(os.TempDir(), fmt.Sprintf("usarena-example-%d", os.Getpid()))
	defer os.Remove(name)

	other, err := arenatest.Process("count", name)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := other.Output()
	fmt.Print(string(out))
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := count(name)
	fmt.Println("this process counts", n, err)
	// Output:
	// another process counts 1
	// this process counts 2 <nil>
}
