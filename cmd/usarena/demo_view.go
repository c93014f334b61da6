package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"usarena/internal/demo"
)

// view shows a demo: a picture that is redrawn on a terminal, a line a second
// elsewhere. With --json it goes to standard error, and only to a terminal.
type view struct {
	out   io.Writer
	live  bool // redraw
	every time.Duration
	lines int // of the picture on the screen
	peak  uint64
}

func newView(c *cobra.Command, asJSON bool) *view {
	v := &view{out: c.OutOrStdout(), every: time.Second}
	if asJSON {
		v.out = os.Stderr
	}
	if v.live = isTerminal(v.out); v.live {
		v.every = 200 * time.Millisecond
	} else if asJSON {
		v.out = io.Discard
	}
	return v
}

func (v *view) begin(o demo.Options) {
	fmt.Fprintf(v.out, "%s share one heap for %s: they allocate, link blocks into common lists,\n", plural(o.Procs, "process"), o.For)
	fmt.Fprintf(v.out, "and compare and free each other's. One more replays a compiler's allocations.\n\n")
	if o.Kill {
		fmt.Fprintf(v.out, "Any of them is killed at any moment, and replaced.\n\n")
	}
}

func (v *view) show(s demo.Snapshot) {
	v.peak = max(v.peak, s.Used)
	if !v.live {
		v.line(s)
		return
	}
	var b strings.Builder
	v.picture(&b, s)
	v.redraw(b.String())
}

// redraw puts a picture where the last one is.
func (v *view) redraw(text string) {
	if v.lines > 0 {
		fmt.Fprintf(v.out, "\x1b[%dA", v.lines)
	}
	v.lines = strings.Count(text, "\n")
	io.WriteString(v.out, strings.ReplaceAll(text, "\n", "\x1b[K\n"))
}

// line is the state in one line.
func (v *view) line(s demo.Snapshot) {
	var rate float64
	var compared, foreign uint64
	for _, p := range s.Procs {
		rate += p.OpsPerSecond
		compared += p.Compared
		foreign += p.Foreign
	}
	fmt.Fprintf(v.out, "%4.1f s  %s ops/s  arena %s  live %s  compared %s  freed for others %s  replays %d  locked %s  large %s%s\n",
		s.Elapsed.Seconds(), count(uint64(rate)), bytes(s.Used), bytes(s.Live), bytes(compared), count(foreign), s.Procs[len(s.Procs)-1].Rounds, count(uint64(s.Locked)), count(uint64(s.Large)), killed(s))
}

// killed is how many processes were killed, if any.
func killed(s demo.Snapshot) string {
	if s.Kills == 0 {
		return ""
	}
	return "  killed " + count(s.Kills)
}

// picture is the state as a table with bars. All columns have fixed widths, so
// that nothing jumps.
func (v *view) picture(w io.Writer, s demo.Snapshot) {
	fastest := 1.0
	for _, p := range s.Procs {
		fastest = max(fastest, p.OpsPerSecond)
	}
	fmt.Fprintf(w, "  %7s  %-7s %12s  %-16s %10s %14s\n", "PID", "DOES", "OPS/S", "", "COMPARED", "OTHERS' FREED")
	for i, p := range s.Procs {
		does, foreign := "lists", count(p.Foreign)
		if i == len(s.Procs)-1 {
			does, foreign = "replay", plural(p.Rounds, "replay")
		}
		fmt.Fprintf(w, "  %7d  %-7s %12s  %s %10s %14s\n", p.Pid, does, count(uint64(p.OpsPerSecond)), bar(p.OpsPerSecond/fastest, 16, "\x1b[36m"), bytes(p.Compared), foreign)
	}
	fmt.Fprintf(w, "\n  arena %s\n", s.Arena)
	fmt.Fprintf(w, "  %s %10s allocated of %s in use, at most %s\n", bar(float64(s.Live)/float64(max(v.peak, 1)), 32, "\x1b[33m"), bytes(s.Live), bytes(s.Used), bytes(v.peak))
	meter(w, "times locked, busy", s.Locked, s.Waited)
	meter(w, "large blocks, no room for", s.Large, s.Queued)
	if s.Kills > 0 {
		fmt.Fprintf(w, "  %s killed and replaced\n", plural(s.Kills, "process"))
	}
	fmt.Fprintf(w, "  %s %10.1f s of %s\n", bar(s.Elapsed.Seconds()/s.For.Seconds(), 32, "\x1b[32m"), s.Elapsed.Seconds(), s.For)
}

// meter shows how often an object was used and how often somebody had to wait.
func meter(w io.Writer, what string, used, waited int64) {
	share := float64(waited) / float64(max(used, 1))
	fmt.Fprintf(w, "  %s %10s %s %.1f %%\n", bar(share, 32, "\x1b[35m"), count(uint64(used)), what, 100*share)
}

// bar fills n columns as far as share says, in eighths.
func bar(share float64, n int, colour string) string {
	eighths := min(max(int(share*float64(n)*8+0.5), 0), n*8)
	full, rest := eighths/8, eighths%8
	text := strings.Repeat("█", full)
	if rest > 0 {
		text += string([]rune(" ▏▎▍▌▋▊▉")[rest])
		full++
	}
	return colour + text + "\x1b[2m" + strings.Repeat("·", n-full) + "\x1b[0m"
}

// verdict says in a few lines what came of it.
func (v *view) verdict(r demo.Verdict) {
	w := v.out
	fmt.Fprintf(w, "\n  operations  %s in %.1f s\n", count(r.Ops), r.Seconds)
	fmt.Fprintf(w, "  blocks      %s allocated, %s freed, %s of them by another process\n", count(r.Allocated), count(r.Freed), count(r.Foreign))
	fmt.Fprintf(w, "  contents    %s compared, %s of a compiler's trace\n", bytes(r.Compared), plural(r.Rounds, "replay"))
	fmt.Fprintf(w, "  lock        taken %s times, busy %s times\n", count(uint64(r.Locked)), count(uint64(r.Waited)))
	if r.Kills > 0 {
		fmt.Fprintf(w, "  killed      %s; %s left as orphans, %s that they were taking over: %s\n", plural(r.Kills, "process"), plural(r.Orphans, "block"), plural(r.Taken, "block"), bytes(r.Orphaned))
		fmt.Fprintf(w, "              the lock was inherited from a dead owner %s\n", plural(r.Told, "time"))
	}
	fmt.Fprintf(w, "  memory      %s at most, %s left\n", bytes(r.PeakBytes), bytes(r.LeftBytes))
	if r.OK {
		fmt.Fprintf(w, "  check       sound\n\n%s nothing was lost\n", v.mark("\x1b[32m", "OK:"))
		return
	}
	fmt.Fprintf(w, "\n%s %s\n", v.mark("\x1b[31m", "LOST:"), plural(len(r.Findings), "finding"))
	for _, f := range r.Findings {
		fmt.Fprintf(w, "  %s\n", f)
	}
}

func (v *view) mark(colour, s string) string {
	if v.live {
		return colour + s + "\x1b[0m"
	}
	return s
}
