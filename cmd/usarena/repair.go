package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"usarena/arena"
	"usarena/info"
	"usarena/internal/layout"
)

const repairText = `Make a damaged arena sound again, as far as its words still prove what it was.

Nobody may use the arena meanwhile. The repair is made in a copy. The file as it
was stays, as NAME.damaged-<time>, so there must be room for both; remove it when
it is not needed any more. An arena that is sound is left alone. At a terminal the
command asks first.

What is saved: every block whose words agree stays where it is, with what is in
it. Pages that hold data while no word says what they are become one block of
nobody's per stretch: look into it and free it. Users that died are recovered;
locks that they held tell their next owners. Wherever words contradict, the
arena with the fewest contradictions is chosen; the report lists what was changed.

Exit status 0: sound, or repaired and everything was saved. 1: repaired, and
something could not be saved as it was, which is listed. 2: could not do it, for
example because processes use the arena or its header is gone.`

func repairCommand() *cobra.Command {
	yes := false
	c := &cobra.Command{
		Use: "repair NAME", Short: "make a damaged arena sound again", Long: repairText, Args: needName,
		Example: `  usarena check /dev/shm/mine               what is wrong
  usarena repair /dev/shm/mine              asks, then repairs
  usarena repair --yes --json /dev/shm/mine | jq '.lost, .salvaged'`,
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	c.RunE = func(c *cobra.Command, args []string) error {
		name := args[0]
		if !yes && isTerminal(os.Stdin) && isTerminal(os.Stderr) {
			sound, err := consent(c, name)
			if sound || err != nil {
				return err
			}
		}
		p := newProgress()
		p.say("repairing %s ...", name)
		r, err := arena.Repair(name)
		p.done()
		if err != nil {
			return adviseRepair(c, name, err)
		}
		if asJSON(c) {
			err = writeJSON(c.OutOrStdout(), r)
		} else {
			printRepaired(c, name, r)
		}
		if err == nil && !r.Saved() {
			err = errNo
		}
		return err
	}
	return c
}

// consent looks at an arena and asks whether it shall be repaired. A sound one
// needs no repair and no answer.
func consent(c *cobra.Command, name string) (sound bool, err error) {
	r, err := info.Check(name)
	if err == nil && r.Clean {
		var a *arena.Arena
		if a, err = arena.OpenReadOnly(name); err == nil {
			err = a.Close()
		}
	}
	if err == nil && r.Clean {
		if asJSON(c) {
			return true, writeJSON(c.OutOrStdout(), info.Repaired{Sound: true, Changes: []info.Change{}, Salvaged: []info.Salvage{}, Lost: []info.Finding{}})
		}
		printReport(c, name, r)
		return true, nil
	}
	what := plural(len(r.Findings), "finding")
	if err != nil {
		what = strings.TrimPrefix(err.Error(), "usarena: ")
	}
	fmt.Fprintf(os.Stderr, "%s: %s. Repair it, and keep the file as it is beside it? [y/N] ", name, what)
	if !saysYes(bufio.NewReader(os.Stdin)) {
		return false, fmt.Errorf("usarena: repair: %s: nothing was changed", name)
	}
	return false, nil
}

// adviseRepair does not send who cannot repair to the check that sent him here.
func adviseRepair(c *cobra.Command, name string, err error) error {
	text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "usarena: "), "repair: ")
	if strings.Contains(text, "restore a copy") {
		return &advised{"repair: " + text, err}
	}
	return advise(c, name, err)
}

// repairListed is how many lines of each list are printed; JSON has more.
const repairListed = 20

func printRepaired(c *cobra.Command, name string, r info.Repaired) {
	out := c.OutOrStdout()
	if r.Sound {
		fmt.Fprintf(out, "%s: sound, nothing was changed\n", name)
		return
	}
	verdict := "everything was saved"
	if !r.Saved() {
		verdict = "not everything could be saved"
	}
	fmt.Fprintf(out, "%s: repaired, %s\n", name, verdict)
	fmt.Fprintf(out, "  %s (%s) are in it, %s were changed, %s taken over\n", plural(r.Blocks, "block"), bytes(r.Bytes), plural(r.Changed, "word"), plural(r.Users, "user"))
	fmt.Fprintf(out, "  the file as it was: %s\n", r.Copy)
	w := table(out)
	defer w.Flush()
	for i, x := range r.Salvaged {
		if i == repairListed {
			fmt.Fprintf(w, "  …\t%s more, see --json\n", count(uint64(len(r.Salvaged)-i)))
			break
		}
		fmt.Fprintf(w, "  salvaged\tat %#x\t%s, now a block: %s\n", x.Offset, bytes(x.Pages<<layout.PageShift), x.Detail)
	}
	for i, x := range r.Lost {
		if i == repairListed {
			fmt.Fprintf(w, "  …\t%s more, see --json\n", count(uint64(len(r.Lost)-i)))
			break
		}
		fmt.Fprintf(w, "  lost\tat %#x\t%s\n", x.Offset, x.Detail)
	}
	for i, x := range r.Changes {
		if i == repairListed {
			fmt.Fprintf(w, "  …\t%s more, see --json\n", count(r.Changed-uint64(i)))
			break
		}
		fmt.Fprintf(w, "  %s\tat %#x\t%#x, was %#x: %s\n", x.Kind, x.Offset, x.Is, x.Was, x.Detail)
	}
}
