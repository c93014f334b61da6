package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"usarena/arena"
	"usarena/info"
)

const copyText = `Copy an arena, with all that is in it, to a name that is free: on the same backing or
another one. What was at an offset is there in the copy.

The copy is as of one instant. If nobody uses the arena, nobody can begin to while it
is copied. If processes use it, most is copied while they go on; then they stand still
until what has changed since is copied, a tenth of a second a GiB or so. They are held as a
debugger holds them, and go on by themselves if this command is killed. Where that is
not allowed (kernel.yama.ptrace_scope), --stop sends them SIGSTOP and SIGCONT instead.
Processes of other users can be held by root only: else nothing is copied, and nobody
stands.

In the copy nobody lives: who joins it recovers its users as after a death, and their
blocks are orphans (usarena recover, usarena info).

A copy in a System V segment cannot grow.

Exit status: 0 copied, and the copy is sound; 1 copied, and the checker has found
something, as it would in the original; 2 not copied.`

func copyCommand() *cobra.Command {
	var opt arena.CopyOptions
	c := &cobra.Command{
		Use: "copy FROM TO", Short: "copy an arena, also while it is used", Long: copyText,
		Example: `  usarena copy /dev/shm/mine /var/backups/mine
  usarena copy --stop shm:/mine sysv:0x1234`,
	}
	c.Flags().BoolVar(&opt.Stop, "stop", false, "send SIGSTOP to processes that use it and may not be traced")
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usage(c, "%d names given, the arena and that of the copy are needed", len(args))
		}
		return nil
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		from, to := args[0], args[1]
		p := newProgress()
		opt.Progress = func(done, total uint64) { p.say("copying %s: %s of %s", from, bytes(done), bytes(total)) }
		got, err := arena.Copy(c.Context(), from, to, opt)
		p.done()
		if err != nil {
			return advise(c, to, err)
		}
		r, err := info.Check(to)
		if err != nil {
			return err
		}
		if asJSON(c) {
			err = writeJSON(c.OutOrStdout(), struct {
				arena.Copied
				Findings int `json:"findings"`
			}{got, len(r.Findings)})
		} else {
			text := "nobody used it"
			if got.Users > 0 {
				text = fmt.Sprintf("%s stood for %v, in which %s were copied", plural(uint64(got.Users), "user"), got.Stopped.Round(100*time.Microsecond), bytes(got.After))
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "copied %s to %s: %s, %s; %s\n", from, to, bytes(got.Size), text, soundness(r))
		}
		if err == nil && !r.Clean {
			err = errNo
		}
		return err
	}
	return c
}

// soundness is what a check has come to.
func soundness(r info.Report) string {
	if r.Clean {
		return "sound"
	}
	return fmt.Sprintf("%s, as usarena check lists", plural(uint64(len(r.Findings)), "finding"))
}
