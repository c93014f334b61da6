package bench

import (
	"fmt"
	"slices"
	"strings"
	gosync "sync"
	"sync/atomic"
	"testing"
	"time"

	"usarena/sync"
)

// lockOf makes a lock.
func lockOf(tb testing.TB) *sync.Lock {
	tb.Helper()
	l, err := sync.NewLock(arenaFor(tb))
	must(tb, err)
	return l
}

func BenchmarkW9(b *testing.B) {
	l, mutex, word := lockOf(b), new(gosync.Mutex), new(atomic.Uint32)
	run := func(name string, f func(n int) error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			must(b, f(b.N))
		})
	}
	run("lock/peer=usarena", func(n int) error { return sections(l, n) })
	run("lock/peer=null", func(n int) error { return sectionsNull(&nullLock{}, n) })
	run("lock/peer=cas", func(n int) error { return sectionsCAS(word, n) })
	run("lock/peer=mutex", func(n int) error { return sectionsMutex(mutex, n) })
	for _, g := range []int{2, 8} {
		run(fmt.Sprintf("goroutines=%d/peer=usarena", g), func(n int) error { return local(l, g, n) })
		run(fmt.Sprintf("goroutines=%d/peer=mutex", g), func(n int) error { return localMutex(mutex, g, n) })
	}
	work := turns(sectionWork)
	for name, outside := range map[string]uint32{"0": 0, "50": work} {
		b.Run("contended/outside="+name, func(b *testing.B) {
			k := task{Do: doContend, Places: [2]int{0, 1}, Inside: work, Outside: outside, For: wholeW9.contend}
			several(b, k, func(o outcome) (float64, string) { return float64(o.count()) / o.seconds(), "locks/s" })
		})
	}
	us := func(o outcome) (float64, string) { return o.round(), "us/round" }
	for _, p := range places {
		b.Run("pass/place="+p.name, func(b *testing.B) {
			several(b, task{Do: doPass, Places: p.at, For: wholeW9.signal}, us)
		})
	}
	b.Run("barrier", func(b *testing.B) {
		several(b, task{Do: doMarch, Places: [2]int{0, 1}, For: wholeW9.signal}, us)
	})
}

// several reports the average of b.N measurements.
func several(b *testing.B, k task, value func(outcome) (float64, string)) {
	sum, unit := 0.0, ""
	for range b.N {
		o, err := paired(b.Context(), k)
		must(b, err)
		v, u := value(o)
		sum, unit = sum+v, u
	}
	b.ReportMetric(sum/float64(b.N), unit)
	b.ReportMetric(0, "ns/op") // says nothing here
}

// All of W9, shortly: every metric is there, and none is nonsense.
func TestW9(t *testing.T) {
	defer func(d time.Duration) { pairTime = d }(pairTime)
	pairTime = 5 * time.Millisecond
	r := &results{workload: "W9"}
	must(t, w9alone(arenaFor(t), r))
	short := 20 * time.Millisecond
	must(t, w9paired(t.Context(), r, extent{short, short, 5 * short, 20}))
	var got []string
	for _, m := range r.list {
		got = append(got, m.Peer+" "+m.Metric)
		// What may be 0: allocations, and what a short run may not come to.
		if m.Value < 0 || m.Value == 0 && (m.Unit == "ns" || m.Unit == "us" || m.Unit == "locks/s") {
			t.Errorf("%s %s is %v", m.Peer, m.Metric, m.Value)
		}
		if strings.HasSuffix(m.Metric, "min_share") && m.Value > 0.5 {
			t.Errorf("the poorer of two has %v of all", m.Value)
		}
		if m.Metric == "uncontended_allocs" && m.Value != 0 {
			t.Errorf("lock and unlock allocate %v times", m.Value)
		}
	}
	for _, want := range []string{
		"usarena uncontended_ns", "usarena_null uncontended_ns", "go_cas uncontended_ns", "go_sync_mutex uncontended_ns",
		"usarena uncontended_allocs",
		"usarena local2_ns", "go_sync_mutex local2_ns", "usarena local8_ns", "go_sync_mutex local8_ns",
		"usarena cs50_locks_per_s", "usarena cs50_handovers_per_s", "usarena cs50_min_share",
		"usarena cs50_out50_locks_per_s", "usarena cs50_out50_handovers_per_s", "usarena cs50_out50_min_share",
		"usarena pingpong_cross_us", "usarena pingpong_same_us", "usarena pingpong_free_us", "usarena barrier_us",
		"usarena many_locks_per_s", "usarena many_threads_more", "usarena many_least",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

// What W9 measures with notices what is wrong.
func TestW9Notices(t *testing.T) {
	if (&table{total: 3}).settle(3) != nil || (&table{total: 2}).settle(3) == nil {
		t.Error("a lost increment is not noticed, or none is")
	}
	word := new(atomic.Uint32)
	must(t, sectionsCAS(word, 3))
	if word.Store(1); sectionsCAS(word, 1) == nil {
		t.Error("a word that is taken was taken")
	}
	n, err := allocated(1000, func(n int) error { pairsGo(2 * n); return nil })
	if err != nil || n != 2 {
		t.Errorf("%v allocations, %v; want 2", n, err)
	}
	o := outcome{tallies: []tally{{span: span{1e9, 2e9}, Count: 30}, {span: span{15e8, 3e9}, Count: 10}}}
	if o.count() != 40 || o.seconds() != 2 || o.poorer() != 0.25 {
		t.Errorf("%d in %v s, %v; want 40 in 2 s, 0.25", o.count(), o.seconds(), o.poorer())
	}
	o.tallies[0].Count = 1000
	if o.round() != 1000 {
		t.Errorf("a round of %v us, want 1000", o.round())
	}
	if _, err := paired(t.Context(), task{Do: "nothing"}); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("an unknown task: %v", err)
	}
	defer func(d time.Duration) { grace = d }(grace)
	grace = 200*time.Millisecond - time.Hour
	if _, err := paired(t.Context(), task{Do: doPass, For: time.Hour}); err == nil || !strings.Contains(err.Error(), "pass at [0 0] has hung") {
		t.Errorf("a task without an end: %v", err)
	}
}

func TestRounds(t *testing.T) {
	r := newRounds(time.Hour)
	for n := uint64(1); n < 100; n++ {
		if r.over(n) {
			t.Fatalf("over in round %d", n)
		}
	}
	if r.got.Start != 0 {
		t.Error("the rounds that warm up are counted")
	}
	r.began = time.Now().Add(-time.Hour / 2)
	if r.over(113) || r.got.Start == 0 || r.got.Count != 112 {
		t.Errorf("after half of the time: %+v; want that 112 rounds are left out", r.got)
	}
	r.began = time.Now().Add(-2 * time.Hour)
	if !r.over(129) {
		t.Error("not over after the time")
	}
	if got := r.end(129); got.Count != 17 || got.End < got.Start {
		t.Errorf("%+v, want 17 rounds", got)
	}
}

func TestTurns(t *testing.T) {
	if a, b := turns(sectionWork), turns(20*sectionWork); a == 0 || b <= a {
		t.Errorf("%d turns for 50 ns, %d for 1 us", a, b)
	}
	if n, err := threads(); err != nil || n < 1 {
		t.Errorf("%d threads, %v", n, err)
	}
}
