package bench

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"usarena/arena"
	"usarena/internal/worker"
)

// Workload is one of PERF's.
type Workload struct {
	Name string
	What string
	Long bool // takes minutes and gigabytes
	run  func(ctx context.Context, r *results) error
}

// Workloads lists what this package measures.
func Workloads() []Workload {
	return []Workload{
		{"W1", "allocate, write, free: 16 B to 64 KiB", false, alone},
		{"W2", "1000 blocks of 64 B, freed in three orders", false, alone},
		{"W3", "churn: 100,000 live blocks of 16 to 1023 B", false, alone},
		{"W4", "churn: 1000 live blocks of 4 KiB to 1 MiB", false, alone},
		{"W5", "W3 by one and by two processes on one arena", false, w5},
		{"W6", "one process allocates, another frees", false, w6},
		{"W7", "a block grows from 16 B to 1 MiB", false, alone},
		{"W8", "a fresh process joins and allocates", false, w8},
		{"W9", "locks, semaphores, barriers of two processes", false, w9},
		{"W10", "a process is killed while others allocate", false, w10},
		{"W11", "W3 with 1000 to 10,000,000 live blocks, 1 to 1000 user slots, 1 MiB to 16 GiB", true, w11},
		{"W12", "10,000,000 blocks in 4 GiB: info, check, recovery of their user", true, w12},
	}
}

// inProcess are the workloads of one process, and the part of W9 that is one's.
var inProcess = map[string]func(*arena.Arena, *results) error{"W1": w1, "W2": w2, "W3": w3, "W4": w4, "W7": w7, "W9": w9alone}

// Run measures one workload by name. A workload that there is not has no
// results and is no error: ok is false.
func Run(ctx context.Context, name string) (list []Result, ok bool, err error) {
	all := Workloads()
	i := slices.IndexFunc(all, func(w Workload) bool { return strings.EqualFold(w.Name, name) })
	if i < 0 {
		return nil, false, nil
	}
	r := &results{workload: all[i].Name}
	err = all[i].run(ctx, r)
	return r.list, true, err
}

// alone has a fresh process measure a workload.
func alone(ctx context.Context, r *results) (err error) {
	a, remove, err := sparse()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	lists, err := worker.Together[[]Result](ctx, aloneKind, []part{{Arena: a.Name(), Workload: r.workload}})
	if err == nil {
		r.list = lists[0]
	}
	return err
}

// aloneWorker is that process.
func aloneWorker(s *worker.Side) error {
	a, p, err := begin(s)
	if err != nil {
		return err
	}
	if err := s.Ready(); err != nil {
		return err
	}
	r := &results{workload: p.Workload}
	if err := inProcess[p.Workload](a, r); err != nil {
		return err
	}
	return errors.Join(s.Tell(r.list), a.Close())
}

func w5(ctx context.Context, r *results) error {
	one, err := shared(ctx, 1, shareOps)
	if err != nil {
		return err
	}
	two, err := shared(ctx, 2, shareOps)
	if err != nil {
		return err
	}
	r.add(Ours, "ops1_per_s", one, "ops/s")
	r.add(Ours, "ops2_per_s", two, "ops/s")
	r.add(Ours, "scaling", two/one, "")
	return nil
}

func w6(ctx context.Context, r *results) error {
	for _, peer := range []string{Ours, Null} {
		items, err := passed(ctx, ringTotal, peer == Null)
		if err != nil {
			return err
		}
		r.add(peer, "items_per_s", items, "items/s")
	}
	return nil
}

func w8(ctx context.Context, r *results) (err error) {
	a, remove, err := crowded()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	var attach, whole [joins]time.Duration
	for i := range joins {
		if attach[i], whole[i], err = joined(ctx, a.Name()); err != nil {
			return err
		}
	}
	slices.Sort(attach[:])
	slices.Sort(whole[:])
	r.add(Ours, "attach_us", micros(attach[joins/2]), "us")
	r.add(Ours, "exec_to_exit_us", micros(whole[joins/2]), "us")
	return nil
}
