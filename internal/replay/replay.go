package replay

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
	"usarena/internal/scratch"
	"usarena/internal/worker"
)

// Options say how traces are replayed. Zero Procs and Threads are 1.
type Options struct {
	Procs   int    // processes, each of which replays the whole trace
	Threads int    // goroutines a process, which share the trace by id
	Arena   string // where; joined if it exists, else made and kept; empty: a scratch arena
	Bare    bool   // neither fill nor compare
	Apart   bool   // each process in a scratch arena of its own
}

// Result is one trace replayed.
type Result struct {
	Trace         string  `json:"trace"`
	Procs         int     `json:"procs"`
	Arenas        int     `json:"arenas,omitempty"` // with Apart, as many as processes
	Threads       int     `json:"threads"`
	Ops           int     `json:"ops"`             // of all processes
	NsPerOp       float64 `json:"ns_per_op"`       // wall time / operations of one process
	PeakLiveBytes uint64  `json:"peak_live_bytes"` // requested bytes, summed over processes
	ArenaBytes    uint64  `json:"arena_bytes"`     // most bytes of pages in use, with their metadata, beyond the empty arena
	Utilization   float64 `json:"utilization"`     // PeakLiveBytes / ArenaBytes; with several processes or threads only if they peak together
	Verified      bool    `json:"verified"`        // every byte compared and right

	Bytes   uint64 `json:"-"` // compared
	Trouble string `json:"-"` // what went wrong; empty: nothing
}

// ErrFull is wrapped when the arena was too small for the trace.
var ErrFull = errors.New("the arena is too small for this trace")

// Run replays one trace. An error says that it could not be done; a Result with
// Trouble that it was done and something was found wrong.
func Run(ctx context.Context, o Options, name string) (r Result, err error) {
	o.Procs, o.Threads = max(o.Procs, 1), max(o.Threads, 1)
	t, err := Load(name)
	if err != nil {
		return r, err
	}
	places, release, err := o.places()
	defer func() { err = errors.Join(err, release()) }()
	if err != nil {
		return r, err
	}
	outs, err := runAll(ctx, o, places, name)
	if err != nil {
		return r, err
	}
	return sum(o, t.Name, len(t.Ops), t.Peak, outs, places)
}

// place is an arena in which processes replay, and what it was before.
type place struct {
	*arena.Arena
	before info.Stats
}

// places are where a replay happens: one for all processes or one for each; and
// what to call when it is over, also after an error.
func (o *Options) places() (list []place, release func() error, err error) {
	var ends []func() error
	release = func() (err error) {
		for _, end := range ends {
			err = errors.Join(err, end())
		}
		return err
	}
	n := 1
	if o.Apart {
		n = o.Procs
	}
	for range n {
		a, end, err := o.place()
		if err != nil {
			return nil, release, err
		}
		ends = append(ends, end)
		list = append(list, place{a, a.Stats()})
	}
	return list, release, nil
}

func (o *Options) place() (*arena.Arena, func() error, error) {
	if o.Arena == "" {
		return scratch.Create("replay", config.Config{Users: max(8, o.Procs+2)})
	}
	a, err := arena.Init(o.Arena, &config.Config{Users: max(8, o.Procs+2)})
	if err != nil {
		return nil, nil, err
	}
	return a, a.Close, nil
}

// runAll lets all processes begin together and waits for them.
func runAll(ctx context.Context, o Options, places []place, name string) ([]outcome, error) {
	tasks := make([]task, o.Procs)
	for i := range tasks {
		tasks[i] = task{Arena: places[i%len(places)].Name(), Trace: name, Threads: o.Threads, Seed: uint64(i + 1), Bare: o.Bare}
	}
	if !anonymous(o.Arena) {
		return worker.Together[outcome](ctx, Worker, tasks)
	}
	for i := range tasks {
		tasks[i].Arena = ""
	}
	return worker.Together[outcome](ctx, Worker, tasks, places[0].Command)
}

// anonymous names can only be handed on, not joined.
func anonymous(name string) bool { return name == "/dev/zero" || strings.HasPrefix(name, "memfd:") }

// sum makes one result of what all processes did and of what they left.
func sum(o Options, name string, ops int, peak uint64, outs []outcome, places []place) (Result, error) {
	r := Result{Trace: name, Procs: o.Procs, Threads: o.Threads, Ops: ops * o.Procs, PeakLiveBytes: peak * uint64(o.Procs)}
	if o.Apart {
		r.Arenas = len(places)
	}
	start, end := outs[0].Start, outs[0].End
	var trouble []string
	for i, out := range outs {
		start, end = min(start, out.Start), max(end, out.End)
		r.Bytes += out.Bytes
		if out.Full {
			return r, fmt.Errorf("%s in %s: %w: %s; give more room (usarena create --max, replay --arena) or fewer processes", name, places[i%len(places)].Name(), ErrFull, out.Trouble)
		}
		if out.Trouble != "" {
			trouble = append(trouble, fmt.Sprintf("process %d of %d: %s", i+1, o.Procs, out.Trouble))
		}
	}
	r.NsPerOp = math.Round(float64(end-start)/float64(max(ops, 1))*100) / 100
	for _, p := range places {
		used, found := p.left()
		r.ArenaBytes += used
		trouble = append(trouble, found...)
	}
	if r.ArenaBytes > 0 {
		r.Utilization = float64(r.PeakLiveBytes) / float64(r.ArenaBytes)
	}
	r.Trouble = strings.Join(trouble, "\n")
	r.Verified = !o.Bare && r.Trouble == ""
	return r, nil
}

// left is how many bytes of the arena were in use at most, and what is wrong with it.
func (p *place) left() (used uint64, trouble []string) {
	after := p.Stats()
	if after.HighBytes > p.before.UsedBytes {
		used = after.HighBytes - p.before.UsedBytes
	}
	if after.LiveBytes != p.before.LiveBytes && max(p.before.UsersLive, after.UsersLive) <= 1 {
		trouble = append(trouble, fmt.Sprintf("%d bytes were live before, %d are after everything was freed", p.before.LiveBytes, after.LiveBytes))
	}
	for _, f := range p.Check().Findings {
		trouble = append(trouble, fmt.Sprintf("check: %s at %#x: %s", f.Kind, f.Offset, f.Detail))
	}
	return used, trouble
}
