package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// limit is what a number of usarena may be, or its relation to a peer's.
type limit struct {
	metric string // with its workload
	peer   string // "" for the number itself
	speed  bool   // the metric is a time, the relation is one of speeds: theirs by ours
	net    bool   // less the loop alone, on either side
	least  bool   // of the least values, not of the medians
	sign   string // "<", "<=" or ">="; "" for a relation that is shown only
	bound  float64
}

// ours is the peer that is compared with the others.
const ours = "usarena"

// loopOf is the peer that is the loop alone, with which another one ran.
func loopOf(peer string) string {
	switch {
	case peer == ours:
		return "usarena_null"
	case strings.HasPrefix(peer, "go_"):
		return "go_null"
	}
	return "null"
}

// name is how the relation is written.
func (l limit) name() string {
	name := l.metric
	if l.peer != "" {
		name += " / " + l.peer
	}
	if l.speed {
		name = fmt.Sprintf("%s, speed of %s", l.metric, l.peer)
	}
	if l.net {
		name += ", net"
	}
	if l.least {
		name += ", least"
	}
	return name
}

// relation is the relation of two values.
func (l limit) relation(mine, theirs float64) float64 {
	if l.speed {
		return theirs / mine
	}
	return mine / theirs
}

// met judges a relation.
func (l limit) met(v float64) string {
	ok := true
	switch l.sign {
	case "":
		return ""
	case "<":
		ok = v < l.bound
	case "<=":
		ok = v <= l.bound
	case ">=":
		ok = v >= l.bound
	}
	if ok {
		return "met"
	}
	return "missed"
}

// one is a number of many, the one that counts.
func (l limit) one(v []float64) float64 {
	if l.least {
		return slices.Min(v)
	}
	return spreadOf(v).median
}

// of are a peer's values of each round, and the one that counts. Net, the loop is
// taken off as it was at its median or its least: it is short, and in single rounds
// it would be noise.
func (s *samples) of(l limit, peer string) (each []float64, one float64, ok bool) {
	each = s.values[key{l.metric, peer}]
	if len(each) == 0 {
		return nil, 0, false
	}
	one = l.one(each)
	if !l.net {
		return each, one, true
	}
	loop := s.values[key{l.metric, loopOf(peer)}]
	if len(loop) == 0 {
		return nil, 0, false
	}
	off := l.one(loop)
	each = slices.Clone(each)
	for i := range each {
		each[i] -= off
	}
	return each, one - off, true
}

// measure is the relation, and the outermost of those within one round.
func (s *samples) measure(l limit) (r spread, ok bool) {
	mine, one, ok := s.of(l, ours)
	if !ok {
		return r, false
	}
	if l.peer == "" {
		r = spreadOf(mine)
		r.median = one
		return r, true
	}
	theirs, other, ok := s.of(l, l.peer)
	if !ok || len(theirs) != len(mine) {
		return r, false
	}
	each := make([]float64, len(mine))
	for i := range each {
		each[i] = l.relation(mine[i], theirs[i])
	}
	r = spreadOf(each)
	r.median = l.relation(one, other)
	return r, true
}

// verdicts shows each relation with its limit, of those workloads that ran.
func (s *samples) verdicts(limits []limit) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s, compared\tof medians\t(in one round)\tlimit\t\n", ours)
	for _, l := range limits {
		if !s.ran(l.metric) {
			continue
		}
		r, ok := s.measure(l)
		bound := ""
		if l.sign != "" {
			bound = fmt.Sprintf("%s %g", l.sign, l.bound)
		}
		if !ok {
			fmt.Fprintf(w, "%s\t–\t\t%s\tnot measured\n", l.name(), bound)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.name(), r, bound, l.met(r.median))
	}
	w.Flush()
	return b.String()
}

// ran says that there is a number of the metric's workload.
func (s *samples) ran(metric string) bool {
	workload, _, _ := strings.Cut(metric, " ")
	return slices.ContainsFunc(s.metrics, func(m string) bool { return strings.HasPrefix(m, workload+" ") })
}
