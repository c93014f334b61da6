package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"usarena/internal/scratch"
	"usarena/internal/torture"
)

const tortureText = `Kill the processes that share a heap, hundreds a second, and account for every
byte.

Processes share one arena: they allocate, resize and free blocks, hand them to
each other, lock, count and meet, join and leave, make the arena grow, and take
over the dead. They are killed (SIGKILL) at moments that nobody chooses, also
while they join, grow or recover, stopped for a while, and replaced. What each of
them has and is at stands in a ledger outside the arena.

Every hundred kills all rest. Then the dead are recovered and the arena is
compared with the ledger, block by block: each is there, its bytes are what was
written, and it is its user's: held by a living one, kept (of one that left), or
orphaned (of one that was killed). What is in the arena alone must be what one of
the killed was at. Free, held, kept and orphaned make the whole arena, to the
byte.

The worst stall is the longest time that a survivor did not finish an operation;
beside it stands what it was before the first kill, when only the scheduler makes
anybody wait.

The last line, with --json the only one on standard output, is one JSON object:
{kills recoveries worst_stall_ms free held kept orphaned findings ok}; sizes are
bytes, as of the latest account.

Exit status: 0 nothing was found, 1 something was, 2 it could not be done.`

func tortureCommand() *cobra.Command {
	o := torture.Options{}
	seconds := 10.0
	c := &cobra.Command{
		Use: "torture", Short: "kill processes that share a heap, and account for every byte", Long: tortureText,
		Example: `  usarena torture
  usarena torture --procs 16 --seconds 600
  usarena torture --on sysv
  usarena torture --kills 10000 --seconds 0 --json`,
	}
	c.Flags().IntVar(&o.Procs, "procs", 8, "processes at work at a time")
	c.Flags().Float64Var(&seconds, "seconds", seconds, "how long, 0 for no such end")
	c.Flags().IntVar(&o.Kills, "kills", 0, "end after so many kills")
	c.Flags().Uint64Var(&o.Seed, "seed", 0, "of random choices; default: from the time")
	c.Flags().StringVar(&scratch.Where, "on", "tmpfs", "what the arenas lie on: tmpfs, file, shm, sysv or memfd")
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case !slices.Contains(scratch.Places, scratch.Where):
			return usage(c, "--on %q: tmpfs, file, shm, sysv and memfd are known", scratch.Where)
		case len(args) > 0:
			return usage(c, "%q: torture takes no names, it makes arenas of its own", args[0])
		case o.Procs < 2 || o.Procs > torture.MaxProcs:
			return usage(c, "--procs %d: 2 to %d are possible", o.Procs, torture.MaxProcs)
		case !(seconds >= 0 && seconds <= 7*86400):
			return usage(c, "--seconds %g: 0 to a week", seconds)
		case o.Kills < 0 || seconds == 0 && o.Kills == 0:
			return usage(c, "--kills %d --seconds %g: it would never end", o.Kills, seconds)
		}
		o.For = time.Duration(seconds * float64(time.Second))
		v := newTortureView(c, asJSON(c), o)
		o.Show, o.Every = v.show, v.every
		v.begin()
		s, err := torture.Run(c.Context(), o)
		if err != nil {
			return fmt.Errorf("torture: %w", err)
		}
		v.show(s)
		v.verdict(s)
		if err := writeJSON(c.OutOrStdout(), s.Line()); err != nil {
			return err
		}
		if !s.OK() {
			return errNo
		}
		return nil
	}
	return c
}
