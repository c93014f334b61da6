package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"usarena/info"
)

const infoText = `Show what is in an arena: how large it is and may become, who uses it, how much
is allocated and free, and how the small blocks are spread over size classes.

The arena is only looked at: no user slot is taken, no lock, nothing is written.
While others use it the numbers are those of a walk, not of one instant.

Fragmentation is 0 when all free pages are one stretch, and near 1 when the
longest stretch is small compared with what is free.`

func infoCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "info NAME", Short: "what is in an arena", Long: infoText, Args: needName,
		Example: `  usarena info /dev/shm/mine
  usarena info --json /dev/shm/mine | jq .live_bytes`,
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		s, err := info.Stat(args[0])
		if err != nil {
			return advise(c, args[0], err)
		}
		if s.Name = args[0]; asJSON(c) {
			return writeJSON(c.OutOrStdout(), s)
		}
		printInfo(c, s)
		return nil
	}
	return c
}

func printInfo(c *cobra.Command, s info.Stats) {
	w := table(c.OutOrStdout())
	defer w.Flush()
	fmt.Fprintf(w, "arena\t%s (%s)\n", s.Name, s.Backing)
	fmt.Fprintf(w, "size\t%s exist, %s at first, may grow to %s\n", bytes(s.Committed), bytes(s.Size), bytes(s.MaxSize))
	fmt.Fprintf(w, "users\t%d of %d\n", s.UsersLive, s.UsersMax)
	fmt.Fprintf(w, "allocated\t%s\n", bytes(s.LiveBytes))
	fmt.Fprintf(w, "free\t%s, the longest stretch %s, fragmentation %.2f\n", bytes(s.FreeBytes), bytes(s.LargestFree), s.Fragmentation)
	if len(s.Classes) == 0 {
		fmt.Fprintf(w, "classes\tno small blocks yet\n")
		return
	}
	fmt.Fprintf(w, "\nBLOCK\tSPANS\tLIVE\tFREE\n")
	for _, k := range s.Classes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", bytes(k.Size), count(k.Spans), count(k.Live), count(k.Free))
	}
}
