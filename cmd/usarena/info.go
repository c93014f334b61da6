package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"usarena/info"
)

const infoText = `Show what is in an arena: how large it is and may become, who uses it, how much
is allocated and free, how the small blocks are spread over size classes, and how
busy its locks, semaphores and barriers are.

The arena is only looked at: no user slot is taken, no lock, nothing is written.
While others use it the numbers are those of a walk, not of one instant.

Fragmentation is 0 when all free pages are one stretch, and near 1 when the
longest stretch is small compared with what is free.

Of locks and semaphores, TRIES and HITS are the sum over those that are metered:
how often somebody wanted one and got it; SPINS, how often a lock was busy and
spinning did not help. usarena locks shows each one.`

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
	defer printKinds(w, s.Objects)
	fmt.Fprintf(w, "arena\t%s (%s)\n", s.Name, s.Backing)
	fmt.Fprintf(w, "size\t%s exist, %s at first, may grow to %s\n", bytes(s.Committed), bytes(s.Size), bytes(s.MaxSize))
	fmt.Fprintf(w, "users\t%d of %d\n", s.UsersLive, s.UsersMax)
	fmt.Fprintf(w, "allocated\t%s: held by users %s, kept %s, orphaned %s\n", bytes(s.LiveBytes), bytes(s.HeldBytes), bytes(s.KeptBytes), bytes(s.OrphanBytes))
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

// printKinds says how busy locks, semaphores and the like are.
func printKinds(w io.Writer, kinds []info.KindStats) {
	if len(kinds) == 0 {
		return
	}
	fmt.Fprintf(w, "\nOBJECT\tNUMBER\tHELD\tWAITERS\tMETERED\tTRIES\tHITS\tSPINS\n")
	for _, k := range kinds {
		tries := "-\t-\t-"
		if k.Metered > 0 {
			tries = fmt.Sprintf("%s\t%s\t%s", count(uint64(k.Tries)), hits(k), count(uint64(k.Spins)))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", k.Kind, count(k.Number), count(k.Held), count(k.Waiters), count(k.Metered), tries)
	}
}

// hits is a count with its share of all tries.
func hits(k info.KindStats) string {
	if k.Tries == 0 {
		return count(uint64(k.Hits))
	}
	return fmt.Sprintf("%s (%.1f %%)", count(uint64(k.Hits)), 100*float64(k.Hits)/float64(k.Tries))
}
