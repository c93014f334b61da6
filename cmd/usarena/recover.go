package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"usarena/arena"
	"usarena/info"
)

const recoverText = `Take over what processes left that died while they used an arena.

This also happens by itself: when a process joins, when one waits for a dead one,
and before an allocation reports that the arena is full. The command does it now.
A dead process's slot becomes free for others; its blocks stay, since others may
refer to them, and are listed as orphans (or are freed at once in an arena that
was made with --reclaim-on-death). Recovery can be interrupted and repeated at
any point.`

func recoverCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "recover NAME", Short: "take over dead users", Long: recoverText, Args: needName,
		Example: `  usarena recover /dev/shm/mine`,
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		r, err := a.Recover(c.Context())
		if cerr := a.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return err
		}
		if *asJSON {
			return writeJSON(c.OutOrStdout(), r)
		}
		printRecovery(c, args[0], r)
		return nil
	}
	return c
}

func printRecovery(c *cobra.Command, name string, r info.Recovery) {
	out := c.OutOrStdout()
	if r.Users == 0 {
		fmt.Fprintf(out, "%s: nobody has died\n", name)
		return
	}
	fmt.Fprintf(out, "%s: %s recovered, who left %s (%s)", name, plural(r.Users, "dead user"), plural(r.Blocks, "block"), bytes(r.Bytes))
	if r.Freed > 0 {
		fmt.Fprintf(out, ", of which %s were freed", bytes(r.Freed))
	}
	fmt.Fprintln(out)
}
