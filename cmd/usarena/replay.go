package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"usarena/bench"
	"usarena/internal/replay"
)

const replayText = `Replay recorded programs in an arena: what they allocated, reallocated and freed,
in the same order and the same sizes.

Each of --procs processes replays the whole trace, all in one shared arena at the
same time, or with --apart in an arena each; --threads share a process's trace by id. Every byte of every block is
filled with a pattern and compared before it is freed and around every realloc,
unless --bare is given. Afterwards everything must be free and the arena sound:
else the exit status is 1.

A trace is a text file (.rep), compressed with gzip or not:

  four header lines: peak live bytes, number of ids, number of operations, 1
  a ID SIZE         malloc
  m ID ALIGN SIZE   aligned malloc
  r ID SIZE         realloc
  f ID              free

builtin:gcc and builtin:perl come with the program. Without --arena a scratch
arena is used for each trace; an arena that is named is joined, or made, and
stays. utilization is peak_live_bytes / arena_bytes. With several processes or
threads it says little: peak_live_bytes is then that of the trace as recorded,
for each process, and need not be reached by all at the same time.`

func replayCommand() *cobra.Command {
	var o replay.Options
	var raw bool
	c := &cobra.Command{
		Use: "replay TRACE...", Short: "replay recorded programs", Long: replayText,
		Example: `  usarena replay builtin:gcc
  usarena replay --procs 4 --threads 2 --json testdata/*.rep.gz
  usarena replay --bare builtin:perl              time the allocator alone`,
	}
	f := c.Flags()
	f.IntVar(&o.Procs, "procs", 1, "processes, each of which replays the whole trace")
	f.IntVar(&o.Threads, "threads", 1, "threads a process, which share the trace by id")
	f.StringVar(&o.Arena, "arena", "", "replay in this arena, joined or made")
	f.BoolVar(&o.Apart, "apart", false, "an arena for each process, to compare with one for all")
	f.BoolVar(&o.Bare, "bare", false, "neither fill nor compare the blocks")
	f.BoolVar(&raw, "raw", false, "one line a number: replay usarena metric value")
	c.RunE = func(c *cobra.Command, args []string) error {
		if raw && asJSON(c) {
			return usage(c, "--raw and --json exclude each other")
		}
		if len(args) == 0 {
			return usage(c, "no trace given; try %s builtin:gcc", c.CommandPath())
		}
		if o.Procs < 1 || o.Procs > 1000 || o.Threads < 1 || o.Threads > 1000 {
			return usage(c, "--procs %d --threads %d: 1 to 1000 of each are possible", o.Procs, o.Threads)
		}
		if o.Apart && o.Arena != "" {
			return usage(c, "--apart makes arenas of its own: leave --arena out")
		}
		return replayAll(c, o, raw, args)
	}
	return c
}

// replayAll replays one trace after the other. What is wrong with one does not
// keep the others from being replayed; what cannot be done does.
func replayAll(c *cobra.Command, o replay.Options, raw bool, traces []string) error {
	p, out := newProgress(), c.OutOrStdout()
	var answer error
	for _, name := range traces {
		p.say("replaying %s ...", name)
		r, err := replay.Run(c.Context(), o, name)
		p.done()
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("replay: %w; give the path of a trace, or builtin:gcc or builtin:perl", err)
			}
			return fmt.Errorf("replay: %w", err)
		}
		switch {
		case raw:
			short := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "builtin:"), ".rep.gz")
			err = printResult(c, bench.Result{Workload: "replay", Peer: bench.Ours, Metric: short + "_ns", Value: r.NsPerOp}, raw)
			err = errors.Join(err, printResult(c, bench.Result{Workload: "replay", Peer: bench.Ours, Metric: short + "_utilization", Value: r.Utilization}, raw))
		case asJSON(c):
			err = writeJSON(out, r)
		default:
			printReplay(c, r)
		}
		if r.Trouble != "" {
			fmt.Fprintf(os.Stderr, "usarena: replay: %s: %s\n", name, r.Trouble)
			answer = errNo
		}
		if err != nil {
			return errors.Join(err, answer)
		}
	}
	return answer
}

func printReplay(c *cobra.Command, r replay.Result) {
	out := c.OutOrStdout()
	fmt.Fprintf(out, "%s: %s operations by %s of %s, %.0f ns each\n", r.Trace, count(uint64(r.Ops)), plural(r.Procs, "process"), plural(r.Threads, "thread"), r.NsPerOp)
	fmt.Fprintf(out, "  %s live at the peak, %s of arena in use (utilization %.2f)\n", bytes(r.PeakLiveBytes), bytes(r.ArenaBytes), r.Utilization)
	switch {
	case r.Trouble != "":
		fmt.Fprintln(out, "  NOT in order, see standard error")
	case r.Verified:
		fmt.Fprintf(out, "  verified: %s compared, all freed, the arena is sound\n", bytes(r.Bytes))
	default:
		fmt.Fprintln(out, "  all freed, the arena is sound (contents not compared: --bare)")
	}
}
