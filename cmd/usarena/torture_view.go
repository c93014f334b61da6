package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"usarena/internal/torture"
)

// tortureView shows a storm as view shows a demo.
type tortureView struct {
	view
	o    torture.Options
	last torture.Snapshot
}

func newTortureView(c *cobra.Command, asJSON bool, o torture.Options) *tortureView {
	return &tortureView{view: *newView(c, asJSON), o: o}
}

func (v *tortureView) begin() {
	end := "until " + v.o.For.String() + " are over"
	if v.o.For == 0 {
		end = "until " + plural(v.o.Kills, "kill") + " are done"
	}
	fmt.Fprintf(v.out, "%s share a heap and are killed at any moment, %s.\n\n", plural(v.o.Procs, "process"), end)
}

func (v *tortureView) show(s torture.Snapshot) {
	if !v.live {
		v.line(s)
	} else {
		var b strings.Builder
		v.picture(&b, s)
		v.redraw(b.String())
	}
	v.last = s
}

// rate is kills a second since the last look.
func (v *tortureView) rate(s torture.Snapshot) float64 {
	return float64(s.Kills-v.last.Kills) / max(s.Elapsed-v.last.Elapsed, 1).Seconds()
}

func (v *tortureView) line(s torture.Snapshot) {
	fmt.Fprintf(v.out, "%5.1f s  kills %s (%.0f/s)  recoveries %s  worst stall %.1f ms  free %s  held %s  kept %s  orphaned %s  accounts %d  findings %d\n",
		s.Elapsed.Seconds(), count(uint64(s.Kills)), v.rate(s), count(uint64(s.Recoveries)), ms(s), bytes(s.Free), bytes(s.Held), bytes(s.Kept), bytes(s.Orphaned), s.Accounts, s.Found)
}

func ms(s torture.Snapshot) float64 { return float64(s.Worst.Microseconds()) / 1000 }

// picture has fixed columns, so that nothing jumps.
func (v *tortureView) picture(w io.Writer, s torture.Snapshot) {
	done := s.Elapsed.Seconds() / max(v.o.For.Seconds(), 0.001)
	if v.o.For == 0 {
		done = float64(s.Kills) / float64(max(v.o.Kills, 1))
	}
	n := func(what string, n int, more string) {
		fmt.Fprintf(w, "  %-12s %12s  %s\n", what, count(uint64(n)), more)
	}
	n("kills", s.Kills, fmt.Sprintf("%.0f a second, %s while joining, leaving or recovering", v.rate(s), count(uint64(s.Joining))))
	n("recoveries", s.Recoveries, fmt.Sprintf("%s stopped for a while; %s, which grew %s", count(uint64(s.Stops)), plural(s.Bouts, "arena"), plural(s.Growths, "time")))
	n("operations", int(s.Ops), fmt.Sprintf("%d of %s at work", s.Alive, plural(s.Procs, "process")))
	n("left behind", s.Left, "blocks that the killed had, each accounted for")
	fmt.Fprintf(w, "  %-12s %9.1f ms  in %s; %.1f ms before the first kill\n\n", "worst stall", ms(s), s.WorstIn, float64(s.Calm.Microseconds())/1000)
	part := func(what string, n uint64, colour string) {
		fmt.Fprintf(w, "  %-12s %s %10s\n", what, bar(float64(n)/float64(max(s.Total, 1)), 32, colour), bytes(n))
	}
	part("free", s.Free, "\x1b[32m")
	part("held", s.Held, "\x1b[36m")
	part("kept", s.Kept, "\x1b[33m")
	part("orphaned", s.Orphaned, "\x1b[35m")
	fmt.Fprintf(w, "  %-12s %s in %s, together %s\n\n", "account", count(uint64(s.Accounts)), fmt.Sprintf("%.1f s", s.Elapsed.Seconds()), bytes(s.Total))
	fmt.Fprintf(w, "  %-12s %s %d\n", "findings", bar(done, 32, "\x1b[32m"), s.Found)
}

// verdict says in a few lines what came of it.
func (v *tortureView) verdict(s torture.Snapshot) {
	w := v.out
	by := make([]string, 0, len(s.By))
	for _, p := range s.By {
		by = append(by, fmt.Sprintf("%s %s", p.Phase, count(uint64(p.Kills))))
	}
	fmt.Fprintf(w, "\n  goroutines were killed in: %s\n", strings.Join(by, ", "))
	fmt.Fprintf(w, "  worst stall %.1f ms in %s; without kills %.1f ms\n\n", ms(s), s.WorstIn, float64(s.Calm.Microseconds())/1000)
	if s.OK() {
		fmt.Fprintf(w, "%s nothing was lost in %s, %s\n", v.mark("\x1b[32m", "OK:"), plural(s.Kills, "kill"), plural(s.Accounts, "account"))
		return
	}
	fmt.Fprintf(w, "%s %s in %s\n", v.mark("\x1b[31m", "WRONG:"), plural(s.Found, "finding"), plural(s.Kills, "kill"))
	if w == io.Discard { // what was found is said in any case
		w = os.Stderr
	}
	for _, f := range s.Findings {
		fmt.Fprintf(w, "  %s\n", f)
	}
}
