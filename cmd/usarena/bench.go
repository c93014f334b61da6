package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"usarena/bench"
)

func benchText() string {
	var b strings.Builder
	b.WriteString("Measure this machine with the workloads that usarena is compared with its peers by:\n\n")
	for _, w := range bench.Workloads() {
		fmt.Fprintf(&b, "  %s  %s\n", w.Name, w.What)
	}
	b.WriteString(`
Each runs in fresh processes, pinned to a CPU, on a sparse arena on /dev/shm.
"usarena_null" is the loop with an allocator or lock that does nothing: subtract
it. "go_new" is Go's own heap in the same loop, "go_cas" a compare-and-swap and
a store on one word, "go_sync_mutex" Go's own mutex. Compare numbers of one run
only, on an otherwise idle machine. W10 tells the fraction of kills after which others
hung for 200 ms or lost something. W11 and W12 take minutes and gigabytes, and run
only when they are named. A workload that there is not prints nothing.

--raw writes one line a number: workload, peer, metric, value. In JSON the
metrics of all peers but usarena begin with its name: null_..., go_new_...`)
	return b.String()
}

func benchCommand() *cobra.Command {
	var raw bool
	c := &cobra.Command{
		Use: "bench [WORKLOAD...]", Short: "measure it", Long: benchText(),
		Example: `  usarena bench W1
  usarena bench --raw > today.txt
  usarena bench --json W3 W5
  usarena bench --kills 10000 W10`,
	}
	c.Flags().BoolVar(&raw, "raw", false, "one line a number: workload peer metric value")
	c.Flags().IntVar(&bench.Kills, "kills", bench.Kills, "processes that W10 kills")
	c.RunE = func(c *cobra.Command, args []string) error {
		if raw && asJSON(c) {
			return usage(c, "--raw and --json exclude each other")
		}
		if len(args) == 0 {
			for _, w := range bench.Workloads() {
				if !w.Long {
					args = append(args, w.Name)
				}
			}
		}
		p := newProgress()
		for _, name := range args {
			p.say("measuring %s ...", name)
			list, ok, err := bench.Run(c.Context(), name)
			p.done()
			if err != nil {
				return fmt.Errorf("bench: %s: %w", name, err)
			}
			if !ok {
				fmt.Fprintf(os.Stderr, "usarena: bench: there is no workload %s\n", name)
			}
			for _, r := range list {
				if err := printResult(c, r, raw); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return c
}

func printResult(c *cobra.Command, r bench.Result, raw bool) error {
	out := c.OutOrStdout()
	value := shown(r.Value)
	switch {
	case raw:
		_, err := fmt.Fprintln(out, r.Workload, r.Peer, r.Metric, value)
		return err
	case asJSON(c):
		metric := r.Metric
		if r.Peer != bench.Ours {
			metric = strings.TrimPrefix(r.Peer, "usarena_") + "_" + metric
		}
		return writeJSON(out, struct {
			Workload string  `json:"workload"`
			Metric   string  `json:"metric"`
			Value    float64 `json:"value"`
			Unit     string  `json:"unit"`
		}{r.Workload, metric, r.Value, r.Unit})
	}
	_, err := fmt.Fprintf(out, "%-3s %-13s %-26s %12s %s\n", r.Workload, r.Peer, r.Metric, value, r.Unit)
	return err
}

// shown keeps about five digits and never an exponent.
func shown(v float64) string {
	switch {
	case v >= 1000:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 4, 64)
}
