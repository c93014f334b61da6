package locks

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// report counts kills and stalls.
type report struct {
	by                        [phases]uint64 // kills by phase
	stalls                    []time.Duration
	hangs                     int
	told, toldRW, broken, met uint64
}

func newReport() *report { return &report{} }

func (r *report) killed(phase uint32, stall time.Duration) {
	if phase < phases {
		r.by[phase]++
	}
	r.stalls = append(r.stalls, stall)
}

// quantile is the stall that a part of all stays below.
func (r *report) quantile(q float64) time.Duration {
	if len(r.stalls) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(r.stalls))
	return s[min(int(q*float64(len(s))), len(s)-1)]
}

func (r *report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d kills:", len(r.stalls))
	for i, n := range r.by {
		fmt.Fprintf(&b, " %s %d,", phaseNames[i], n)
	}
	fmt.Fprintf(&b, "\nall others had finished something after the victim's end: median %v, 99 %% %v, longest %v; %d hangs",
		r.quantile(0.5), r.quantile(0.99), r.quantile(1), r.hangs)
	fmt.Fprintf(&b, "\ntold of a dead owner: %d, of a dead writer: %d; barrier broke %d times and opened for %d", r.told, r.toldRW, r.broken, r.met)
	return b.String()
}
