package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"usarena/info"
)

const checkText = `Look at every word that describes the arena and say what contradicts the others.

The check trusts nothing and writes nothing. It can be run while the arena is in
use: what it sees changes meanwhile, so there a finding counts only if a second
look confirms it.

Exit status 0: sound. 1: findings, listed with the byte offset in the arena.
2: could not look, for example because there is no such arena.`

func checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "check NAME", Short: "is an arena sound?", Long: checkText, Args: needName,
		Example: `  usarena check /dev/shm/mine && echo sound
  usarena check --json /dev/shm/mine | jq .findings`,
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		p := newProgress()
		p.say("checking %s ...", args[0])
		r, err := info.Check(args[0])
		p.done()
		if err != nil {
			return advise(c, args[0], err)
		}
		out := c.OutOrStdout()
		if asJSON(c) {
			r.Findings = append([]info.Finding{}, r.Findings...)
			err = writeJSON(out, r)
		} else {
			printReport(c, args[0], r)
		}
		if err == nil && !r.Clean {
			err = errNo
		}
		return err
	}
	return c
}

func printReport(c *cobra.Command, name string, r info.Report) {
	out := c.OutOrStdout()
	use := "nobody uses it"
	if r.Live {
		use = "in use"
	}
	if r.Clean {
		fmt.Fprintf(out, "%s: sound (%s)\n", name, use)
		return
	}
	fmt.Fprintf(out, "%s: %s (%s)\n", name, plural(len(r.Findings), "finding"), use)
	w := table(out)
	defer w.Flush()
	for _, f := range r.Findings {
		fmt.Fprintf(w, "  %s\tat %#x\t%s\n", f.Kind, f.Offset, f.Detail)
	}
}
