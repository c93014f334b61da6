package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// key is one number that is measured. The metric is told with its workload, as in
// W1 pair_64_ns.
type key struct{ metric, peer string }

// samples are the values of each round.
type samples struct {
	rounds  int
	metrics []string // in the order of their first appearance
	peers   []string
	values  map[key][]float64
	lines   strings.Builder // all that was read
}

// read takes in what a command printed.
func (s *samples) read(text string) error {
	if s.values == nil {
		s.values = map[key][]float64{}
	}
	s.lines.WriteString(text)
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) != 4 {
			return fmt.Errorf("%q is not: workload peer metric value", strings.TrimSpace(line))
		}
		v, err := strconv.ParseFloat(f[3], 64)
		if err != nil {
			return fmt.Errorf("%q: %w", strings.TrimSpace(line), err)
		}
		if !slices.Contains(s.peers, f[1]) {
			s.peers = append(s.peers, f[1])
		}
		k := key{f[0] + " " + f[2], f[1]}
		if !slices.Contains(s.metrics, k.metric) {
			s.metrics = append(s.metrics, k.metric)
		}
		s.values[k] = append(s.values[k], v)
	}
	return nil
}

// spread is the median of some values, and the outermost ones.
type spread struct{ median, least, most float64 }

func spreadOf(values []float64) spread {
	v := slices.Sorted(slices.Values(values))
	return spread{(v[(len(v)-1)/2] + v[len(v)/2]) / 2, v[0], v[len(v)-1]}
}

func (s spread) String() string {
	return fmt.Sprintf("%s\t(%s–%s)", short(s.median), short(s.least), short(s.most))
}

// short is a number as people read it: three digits that count.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return strconv.FormatFloat(v/1e6, 'f', 2, 64) + "M"
	case v >= 1e4:
		return strconv.FormatFloat(v/1e3, 'f', 0, 64) + "k"
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// table shows everything, by metric.
func (s *samples) table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "metric\tpeer\tmedian of %d\t(least–most)\n", s.rounds)
	for _, m := range s.metrics {
		name := m
		for _, p := range s.peers {
			if v := s.values[key{m, p}]; len(v) > 0 {
				fmt.Fprintf(w, "%s\t%s\t%s\n", name, p, spreadOf(v))
				name = ""
			}
		}
	}
	w.Flush()
	return b.String()
}
