package sync

import "sync/atomic"

// spinner looks for a while before a goroutine sleeps. It learns: where looking
// helped it looks longer next time, where it did not it soon hardly looks at all.
type spinner struct {
	budget atomic.Int32
	failed atomic.Uint32
	short  bool // see spinShort
}

// A budget counts looks that follow each other at once, about a nanosecond each.
const (
	spinFirst = 120
	spinMost  = 2000 // hardly less than a sleep and a wake-up cost
	spinShort = 250  // at a lock: an owner that takes it again and again lets others in only once it is told that they wait
	spinLeast = 16
	spinProbe = 64 // failures after which a longer look is tried again
	spinRest  = 60 // a rest between two looks, where the owner is of this process
)

// run looks until f is done or the budget is used up. f says whether to rest
// before the next look: a word that is looked at all the time is slow for its
// owner, and goroutines that take turns on one processor are faster than two that
// take it from each other.
func (s *spinner) run(f func() (done, rest bool)) bool {
	n := s.budget.Load()
	if n == 0 {
		n = spinFirst
	}
	if n == spinLeast && s.failed.Load()%spinProbe == spinProbe-1 {
		n = spinFirst
	}
	for left := n; left > 0; left-- {
		done, rest := f()
		if done {
			most := int32(spinMost)
			if s.short {
				most = spinShort
			}
			s.budget.Store(min(n+n/2, most))
			return true
		}
		if rest {
			idle(spinRest)
			left -= spinRest
		}
	}
	s.failed.Add(1)
	s.budget.Store(max(n/2, spinLeast))
	return false
}

// idle counts to n.
//
//go:noinline
func idle(n int) {
	for range n {
	}
}
