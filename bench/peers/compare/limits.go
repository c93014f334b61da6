package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// limit is what a number of usarena may be, or its relation to a peer's.
type limit struct {
	metric string
	peer   string // "" for the number itself
	speed  bool   // the metric is a time, the relation is one of speeds: theirs by ours
	sign   string // "<", "<=" or ">="; "" for a relation that is shown only
	bound  float64
}

// ours is the peer that is compared with the others.
const ours = "usarena"

// w9 are the limits of locks, semaphores and barriers.
var w9 = []limit{
	{metric: "uncontended_ns", peer: "go_cas", sign: "<=", bound: 1.25},
	{metric: "uncontended_ns", peer: "pthread_robust", sign: "<", bound: 1},
	{metric: "uncontended_allocs", sign: "<=", bound: 0},
	{metric: "local2_ns", peer: "go_sync_mutex", speed: true, sign: ">=", bound: 0.5},
	{metric: "local8_ns", peer: "go_sync_mutex", speed: true, sign: ">=", bound: 0.5},
	{metric: "cs50_locks_per_s", peer: "pthread_pshared", sign: ">=", bound: 0.9},
	{metric: "cs50_min_share", sign: ">=", bound: 0.4},
	{metric: "cs50_out50_locks_per_s", peer: "pthread_pshared"},
	{metric: "cs50_out50_min_share"},
	{metric: "pingpong_cross_us", peer: "posix_sem", sign: "<=", bound: 1.1},
	{metric: "pingpong_same_us", peer: "posix_sem", sign: "<=", bound: 1.6},
	{metric: "pingpong_free_us", peer: "posix_sem", sign: "<=", bound: 1.1},
	{metric: "barrier_us", peer: "pthread_barrier_pshared", sign: "<=", bound: 1.1},
}

// name is how the relation is written.
func (l limit) name() string {
	switch {
	case l.peer == "":
		return l.metric
	case l.speed:
		return fmt.Sprintf("%s, speed of %s", l.metric, l.peer)
	}
	return fmt.Sprintf("%s / %s", l.metric, l.peer)
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

// measure is the relation of the medians, and the outermost of those within one
// round.
func (s *samples) measure(l limit) (r spread, ok bool) {
	mine := s.values[key{l.metric, ours}]
	if len(mine) == 0 {
		return r, false
	}
	if l.peer == "" {
		return spreadOf(mine), true
	}
	theirs := s.values[key{l.metric, l.peer}]
	if len(theirs) != len(mine) {
		return r, false
	}
	each := make([]float64, len(mine))
	for i := range each {
		each[i] = l.relation(mine[i], theirs[i])
	}
	r = spreadOf(each)
	r.median = l.relation(spreadOf(mine).median, spreadOf(theirs).median)
	return r, true
}

// verdicts shows each relation with its limit.
func (s *samples) verdicts(limits []limit) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s, compared\tof medians\t(in one round)\tlimit\t\n", ours)
	for _, l := range limits {
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
