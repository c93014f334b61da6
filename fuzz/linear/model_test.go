package linear

import (
	"fmt"
	"math"

	"github.com/anishathalye/porcupine"
)

// input and output of a call, as a model sees it.
type input struct {
	proc   int
	player int
	kind   kind
	arg    uint64
	value  uint64 // swapped in, or put
}

type output struct {
	result result
	value  uint64 // read
}

// world is an object and who is dead.
type world[S comparable] struct {
	s    S
	dead [procs + 1]bool
}

// step is what may become of an object by a call, none if the call cannot come to
// its result.
type step[S comparable] func(w world[S], in input, out output) []S

// modelOf is what an object does, one call after the other. What the dead left
// open has no effect after their death, but for what recovery does in their name.
func modelOf[S comparable](first S, f step[S]) porcupine.Model {
	m := porcupine.NondeterministicModel{
		Init: func() []any { return []any{world[S]{s: first}} },
		Step: func(state, in, out any) (next []any) {
			w, i, o := state.(world[S]), in.(input), out.(output)
			switch dead := w.dead[i.proc]; {
			case i.kind == kDie:
				w.dead[i.proc] = true
			case i.kind == kReturn && !dead:
				return nil
			case i.kind != kReturn && dead:
				if o.result == rOpen {
					next = append(next, w)
				}
				return next
			}
			for _, s := range f(w, i, o) {
				next = append(next, world[S]{s, w.dead})
			}
			return next
		},
		DescribeOperation: func(in, out any) string { return describe(in.(input), out.(output)) },
	}
	return m.ToModel()
}

func describe(i input, o output) string {
	return fmt.Sprintf("process %d player %d: %v(%d, %d) = %v, %d", i.proc, i.player, i.kind, i.arg, i.value, o.result, o.value)
}

// one is the one thing that may become of an object, if ok.
func one[S any](s S, ok bool) []S {
	if !ok {
		return nil
	}
	return []S{s}
}

// wordModel is a word that is read, written, and compared and swapped.
func wordModel(int) porcupine.Model {
	return modelOf(uint64(0), func(w world[uint64], in input, out output) []uint64 {
		switch in.kind {
		case kGet:
			return one(w.s, out.result == rOpen || out.value == w.s)
		case kPut:
			return one(in.value, true)
		case kCas:
			if w.s == in.arg {
				return one(in.value, out.result != rNo)
			}
			return one(w.s, out.result != rOK)
		}
		return one(w.s, in.kind == kDie)
	})
}

// never is when a call that was open at its player's death returns.
const never = math.MaxInt64

// fate is when a process died and all was recovered: it was alive at from and
// gone at to. Zero: it lives.
type fate struct {
	proc                int
	from, to, recovered int64
}

// operations are the calls of all sheets as the models take them.
func operations(b *board, g game, threads int, died fate) (ops []porcupine.Operation, err error) {
	for at := range b.Sheets {
		proc := at / threads
		if at == sheets {
			proc = judge
		}
		all, err := b.Sheets[at].entries()
		if err != nil {
			return nil, err
		}
		for i, e := range all {
			if e.kind == kReady && i > 0 {
				e.call = all[i-1].call // the unit may have come before it looked
			}
			ops = append(ops, e.operations(proc, at)...)
		}
		if n := len(all); n > 0 && died.from != 0 && proc == died.proc && all[n-1].kind == kPollP && all[n-1].result != rOK {
			ops = append(ops, entry{kind: kReady, call: all[n-1].call, ret: never}.operations(proc, at)...)
		}
	}
	if died.from == 0 {
		return ops, nil
	}
	ops = append(ops, entry{kind: kDie, result: rOK, call: died.from, ret: died.to}.operations(died.proc, sheets+1)...)
	if g.undo {
		ops = append(ops, entry{kind: kReturn, result: rOK, call: died.from, ret: died.recovered}.operations(died.proc, sheets+1)...)
	}
	return ops, nil
}

// operations are what a call consists of: more than one where it changes an
// object more than once.
func (e entry) operations(proc, player int) (ops []porcupine.Operation) {
	add := func(k kind, r result) {
		ops = append(ops, porcupine.Operation{
			ClientId: player, Call: e.call, Return: e.ret,
			Input: input{proc, player, k, e.arg, e.value}, Output: output{r, e.value},
		})
	}
	switch {
	case e.kind == kCondition:
		add(kUnlock, min(e.result, rOK))
		if e.result == rTimeout {
			e.result = rOK // holding the lock
		}
		add(kLock, e.result)
	case e.kind == kLock && (e.result == rTimeout || e.result == rOpen):
		add(kMayLock, e.result)
		add(kMayUnlock, e.result)
	case e.kind == kWait && e.result == rTimeout && proc == judge:
		add(kWhole, rOK)
	case e.result == rTimeout: // nothing has happened
	case e.kind == kWait && e.result == rOK:
		add(kArrive, rOK)
		add(kDepart, rOK)
	case e.kind == kWait && e.result == rBroken:
		add(kMayArrive, rOK)
		add(kBroke, rOK)
	case e.kind == kWait:
		add(kMayArrive, rOpen)
	case e.kind == kReset:
		add(kResets, e.result)
		add(kReset, e.result)
	case e.kind == kPollP:
		add(kLine, e.result)
		add(kPollP, e.result)
	case e.kind == kRelease && e.result != rOK:
		add(kHalfRelease, e.result)
		add(kRelease, e.result)
	default:
		add(e.kind, e.result)
	}
	return ops
}
