package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"usarena/internal/demo"
)

const demoText = `Watch a few processes share one heap, without a server.

Each process allocates blocks, fills them with a pattern and links them into
lists that all processes reach through the arena's root. Each takes over whole
lists, whoever made them, compares every byte, and frees the blocks. One more
process meanwhile replays what a compiler allocated, in the same arena. They keep
a ledger under a lock, make large blocks a few at a time (a semaphore), and meet
at a barrier now and then. At the end every block must have been freed, every byte
and the ledger right, all units back, and the arena sound.

With --kill processes are killed (SIGKILL) at any moment meanwhile, and replaced.
Then what is left at the end must be what the killed had: their blocks, which the
arena lists as orphans, and those of others that they were just taking over.

Exit status 0: nothing was lost. While it runs, look from another terminal with
usarena info, users, locks, check or map: the name of the arena is shown.`

func demoCommand() *cobra.Command {
	o := demo.Options{}
	seconds := 8.0
	c := &cobra.Command{
		Use: "demo", Short: "watch processes share a heap", Long: demoText,
		Example: `  usarena demo
  usarena demo --procs 8 --seconds 30
  usarena demo --kill`,
	}
	c.Flags().IntVar(&o.Procs, "procs", 4, "processes that work on the lists")
	c.Flags().Float64Var(&seconds, "seconds", seconds, "how long")
	c.Flags().BoolVar(&o.Kill, "kill", false, "kill processes at any moment, and replace them")
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case len(args) > 0:
			return usage(c, "%q: demo takes no names, it makes an arena of its own", args[0])
		case o.Procs < 1 || o.Procs > demo.MaxProcs:
			return usage(c, "--procs %d: 1 to %d are possible", o.Procs, demo.MaxProcs)
		case !(seconds > 0 && seconds <= 86400):
			return usage(c, "--seconds %g: more than 0, at most a day", seconds)
		}
		o.For = time.Duration(seconds * float64(time.Second))
		v := newView(c, asJSON(c))
		o.Show, o.Every = v.show, v.every
		v.begin(o)
		verdict, err := demo.Run(c.Context(), o)
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		if asJSON(c) {
			err = writeJSON(c.OutOrStdout(), verdict)
		} else {
			v.verdict(verdict)
		}
		if err == nil && !verdict.OK {
			err = errNo
		}
		return err
	}
	return c
}
