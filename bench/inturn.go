package bench

import (
	"slices"
	"time"
)

// loop is one way to do n operations.
type loop struct {
	peer string
	run  func(n int) error
}

// slices of each loop of inTurn.
const turnSlices = 9

// inTurn measures several loops slice by slice in turn, so that a slow spell of
// the machine meets all of them, and adds the median of each one's slices.
func inTurn(r *results, metric string, loops []loop) error {
	counts, ns := make([]int, len(loops)), make([][]float64, len(loops))
	for i, l := range loops {
		n, err := warm(pairTime/turnSlices, l.run)
		if err != nil {
			return err
		}
		counts[i] = n
	}
	for range turnSlices {
		for i, l := range loops {
			start := time.Now()
			if err := l.run(counts[i]); err != nil {
				return err
			}
			ns[i] = append(ns[i], float64(time.Since(start).Nanoseconds())/float64(counts[i]))
		}
	}
	for i, l := range loops {
		slices.Sort(ns[i])
		r.add(l.peer, metric, ns[i][turnSlices/2], "ns")
	}
	return nil
}

// warm runs a loop for a tenth of the time and says how many operations make up
// the time.
func warm(d time.Duration, run func(n int) error) (n int, err error) {
	for n = 1; ; n *= 2 {
		start := time.Now()
		if err := run(n); err != nil {
			return 0, err
		}
		if took := time.Since(start); took > d/10 {
			return max(1, int(float64(n)*float64(d)/float64(took))), nil
		}
	}
}
