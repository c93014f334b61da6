package bench

import (
	"context"
	"fmt"
	"runtime"
	gosync "sync"
	"time"

	"usarena/arena"
	"usarena/sync"
)

// sectionWork is what is done inside the lock, and outside. The peers in C have
// the same, and the same times.
const sectionWork = 50 * time.Nanosecond

// extent is how long the two workers do each thing.
type extent struct {
	contend, signal, crowd time.Duration
	goroutines             int // of the crowd, in each process
}

var wholeW9 = extent{500 * time.Millisecond, 250 * time.Millisecond, 2 * time.Second, 500}

// places are where the two workers of a round trip run.
var places = []struct {
	name string
	at   [2]int
}{
	{"cross", [2]int{0, 1}},
	{"same", [2]int{0, 0}},
	{"free", [2]int{free, free}},
}

func w9(ctx context.Context, r *results) error {
	if err := alone(ctx, r); err != nil {
		return err
	}
	return w9paired(ctx, r, wholeW9)
}

// w9paired is what two processes measure together.
func w9paired(ctx context.Context, r *results, x extent) error {
	work := turns(sectionWork)
	for _, outside := range []uint32{0, work} {
		name := "cs50_"
		if outside != 0 {
			name = "cs50_out50_"
		}
		o, err := paired(ctx, task{Do: doContend, Places: [2]int{0, 1}, Inside: work, Outside: outside, For: x.contend})
		if err != nil {
			return err
		}
		r.add(Ours, name+"locks_per_s", float64(o.count())/o.seconds(), "locks/s")
		r.add(Ours, name+"handovers_per_s", float64(o.changes)/o.seconds(), "/s")
		r.add(Ours, name+"min_share", o.poorer(), "")
	}
	for _, p := range places {
		o, err := paired(ctx, task{Do: doPass, Places: p.at, For: x.signal})
		if err != nil {
			return err
		}
		r.add(Ours, "pingpong_"+p.name+"_us", o.round(), "us")
	}
	o, err := paired(ctx, task{Do: doMarch, Places: [2]int{0, 1}, For: x.signal})
	if err != nil {
		return err
	}
	r.add(Ours, "barrier_us", o.round(), "us")
	o, err = paired(ctx, task{Do: doCrowd, Places: [2]int{free, free}, Inside: work, Goroutines: x.goroutines, For: x.crowd})
	if err != nil {
		return err
	}
	r.add(Ours, "many_locks_per_s", float64(o.count())/o.seconds(), "locks/s")
	r.add(Ours, "many_threads_more", float64(max(o.tallies[0].Threads, o.tallies[1].Threads)), "")
	r.add(Ours, "many_least", float64(min(o.tallies[0].Least, o.tallies[1].Least)), "")
	return nil
}

// w9alone is what one process measures by itself.
func w9alone(a *arena.Arena, r *results) error {
	d, err := prepare(a, task{})
	if err != nil {
		return err
	}
	l, err := sync.LockAt(a, d.Lock)
	if err != nil {
		return err
	}
	var m gosync.Mutex
	word := &tableAt(a, d.Table).word
	err = inTurn(r, "uncontended_ns", []loop{
		{Ours, func(n int) error { return sections(l, n) }},
		{Null, func(n int) error { return sectionsNull(&nullLock{}, n) }},
		{GoCAS, func(n int) error { return sectionsCAS(word, n) }},
		{GoMutex, func(n int) error { return sectionsMutex(&m, n) }},
	})
	if err != nil {
		return err
	}
	allocs, err := allocated(10_000, func(n int) error { return sections(l, n) })
	if err != nil {
		return err
	}
	r.add(Ours, "uncontended_allocs", allocs, "")
	for _, goroutines := range []int{2, 8} {
		err := inTurn(r, fmt.Sprintf("local%d_ns", goroutines), []loop{
			{Ours, func(n int) error { return local(l, goroutines, n) }},
			{GoMutex, func(n int) error { return localMutex(&m, goroutines, n) }},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sectionsMutex is sections with the mutex of the standard library.
func sectionsMutex(m *gosync.Mutex, n int) error {
	for range n {
		m.Lock()
		m.Unlock()
	}
	return nil
}

// allocated is how many objects of Go's heap an operation makes, rounded down:
// the runtime makes a few by itself.
func allocated(n int, run func(n int) error) (float64, error) {
	var before, after runtime.MemStats
	if err := run(n); err != nil {
		return 0, err
	}
	runtime.ReadMemStats(&before)
	err := run(n)
	runtime.ReadMemStats(&after)
	return float64((after.Mallocs - before.Mallocs) / uint64(n)), err
}
