// Compare runs programs that print measurements, in turn and several times over,
// and shows what they measured side by side: median, least and greatest. Beside
// each limit of the workloads that ran it says whether it was met.
//
//	compare [-runs N] [-raw FILE] [-svg FILE] COMMAND COMMAND...
//
// A command is one argument, its words separated by spaces. It prints a line a
// number: workload peer metric value. All of a round run one after the other, in
// the other order in every second round, so that slow spells of the machine meet
// all of them. FILE gets every line as it was printed, or the picture.
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
	raw := flag.String("raw", "", "append every number to this file")
	svg := flag.String("svg", "", "draw usarena beside its peers into this file")
	flag.Parse()
	if flag.NArg() == 0 || *runs < 1 {
		fmt.Fprintln(os.Stderr, "usage: compare [-runs N] [-raw FILE] [-svg FILE] COMMAND COMMAND...")
		os.Exit(2)
	}
	if err := compare(*runs, *raw, *svg, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "compare: %v\n", err)
		os.Exit(2)
	}
}

func compare(runs int, raw, svg string, commands []string) error {
	var all samples
	for i := range runs {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", i+1, runs)
		if err := all.round(commands, i%2 == 1); err != nil {
			return err
		}
	}
	fmt.Print(all.table(), "\n", all.verdicts(wanted))
	if raw != "" {
		if err := appendTo(raw, all.lines.String()); err != nil {
			return err
		}
	}
	if svg != "" {
		return os.WriteFile(svg, []byte(all.picture()), 0o644)
	}
	return nil
}

func appendTo(name, text string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
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
