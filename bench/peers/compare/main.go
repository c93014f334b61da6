// Compare runs programs that print measurements, in turn and several times over,
// and shows what they measured side by side: median, least and greatest. For
// make bench-locks it says beside each limit of workload W9 whether it was met.
//
//	compare [-runs N] COMMAND COMMAND...
//
// A command is one argument, its words separated by spaces. It prints a line a
// number: workload peer metric value. All of a round run one after the other, in
// the other order in every second round, so that slow spells of the machine meet
// all of them.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() {
	runs := flag.Int("runs", 5, "rounds")
	flag.Parse()
	if flag.NArg() == 0 || *runs < 1 {
		fmt.Fprintln(os.Stderr, "usage: compare [-runs N] COMMAND COMMAND...")
		os.Exit(2)
	}
	var all samples
	for i := range *runs {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", i+1, *runs)
		if err := all.round(flag.Args(), i%2 == 1); err != nil {
			fmt.Fprintf(os.Stderr, "compare: %v\n", err)
			os.Exit(2)
		}
	}
	fmt.Print(all.table(), "\n", all.verdicts(w9))
}

// round runs each command once and keeps what it prints.
func (s *samples) round(commands []string, backwards bool) error {
	s.rounds++
	order := slices.Clone(commands)
	if backwards {
		slices.Reverse(order)
	}
	for _, c := range order {
		words := strings.Fields(c)
		cmd := exec.Command(words[0], words[1:]...)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err == nil {
			err = s.read(string(out))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
	}
	return nil
}
