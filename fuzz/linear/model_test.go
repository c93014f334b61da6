package linear

import (
	"fmt"
	"math"

	"github.com/anishathalye/porcupine"
)

// input and output of a call, as the model sees it.
type input struct {
	Player int
	Kind   kind
	Arg    uint64
	Value  uint64 // swapped in, or put
	Undo   bool
}

type output struct {
	Result result
	Value  uint64 // read
}

// state is an object, of whatever kind, and who is dead.
type state struct {
	Owner    int // player and 1, 0 nobody
	Died     bool
	Lost     bool
	Readers  [players]bool
	Units    int
	Held     [players]int
	Queued   [players]bool
	Dead     [players]bool
	Arrived  int
	Departed int // tickets
	Datum    uint64
}

// model is what an object of any kind does, one call after the other.
func model(units int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return state{Units: units} },
		Step: func(s, in, out any) (bool, any) {
			next, ok := s.(state).step(in.(input), out.(output))
			return ok, next
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v -> %+v", in, out) },
	}
}

func (s state) anyReader() bool { return s.Readers != [players]bool{} }
func (s state) anyDead() bool   { return s.Dead != [players]bool{} }

// step says what s becomes, and whether the call can have come to its result in
// s. What a dead player left open has no effect after its death.
func (s state) step(in input, out output) (state, bool) {
	i, r := in.Player, out.Result
	if s.Dead[i] && in.Kind != kReturn {
		return s, r == 0
	}
	if r == rTimeout {
		return s, true // no effect
	}
	ok := r == rOK || r == 0
	switch in.Kind {
	case kLock, kTryLock:
		return s.lock(in, r)
	case kUnlock:
		if s.Owner != i+1 || !ok {
			return s, false
		}
		s.Owner, s.Lost = 0, s.Died
		return s, true
	case kRecovered:
		if s.Owner != i+1 || !ok {
			return s, false
		}
		s.Died = false
		return s, true
	case kRLock, kTryRLock:
		return s.read(in, r)
	case kRUnlock:
		was := s.Readers[i]
		s.Readers[i] = false
		return s, was && ok
	case kP, kTryP, kPollP, kReady:
		return s.take(in, r)
	case kV:
		s.Units++
		s.Held[i] = max(s.Held[i], 1) - 1
		return s, ok
	case kArrive:
		if s.Arrived++; s.Arrived == 2 {
			s.Arrived, s.Departed = 0, s.Departed+2
		}
		return s, true
	case kDepart:
		s.Departed--
		return s, s.Departed >= 0
	case kGet:
		return s, r == 0 || s.Datum == out.Value
	case kPut:
		s.Datum = in.Value
		return s, true
	case kCas:
		if s.Datum == in.Arg {
			s.Datum = in.Value
			return s, ok
		}
		return s, r == rNo || r == 0
	case kDie:
		s.Dead[i], s.Readers[i], s.Queued[i] = true, false, false
		if s.Owner == i+1 {
			s.Owner, s.Died = 0, true
		}
		return s, true
	case kReturn:
		s.Units, s.Held[i] = s.Units+s.Held[i], 0
		return s, s.Dead[i]
	}
	return s, false
}

func (s state) lock(in input, r result) (state, bool) {
	free := s.Owner == 0 && !s.anyReader() && !s.Lost
	switch r {
	case rLost:
		return s, s.Lost
	case rNo: // also where nobody has noticed a death yet
		return s, in.Kind == kTryLock && (!free || s.Died)
	case rOK:
		if !free || s.Died {
			return s, false
		}
	case rDied:
		// A reader that was killed as it came in leaves the same trace as a writer.
		if !free || !s.Died && !s.anyDead() {
			return s, false
		}
		s.Died = true
	default:
		if !free {
			return s, false
		}
	}
	s.Owner = in.Player + 1
	return s, true
}

func (s state) read(in input, r result) (state, bool) {
	switch free := s.Owner == 0 && !s.Lost; {
	case r == rLost:
		return s, s.Lost
	case r == rNo: // another reader that comes in holds the word for a moment
		return s, in.Kind == kTryRLock
	case !free, r == rOK && s.Died, r == rDied && !s.Died && !s.anyDead():
		return s, false
	}
	s.Died = s.Died || r == rDied
	s.Readers[in.Player] = true
	return s, true
}

func (s state) take(in input, r result) (state, bool) {
	i := in.Player
	switch {
	case r == rNo && in.Kind == kPollP:
		s.Queued[i] = true
		return s, true
	case r == rNo:
		return s, s.Units == 0
	case s.Units == 0 || in.Kind == kReady && !s.Queued[i]:
		return s, false
	}
	s.Units--
	s.Queued[i] = false
	if in.Undo {
		s.Held[i]++
	}
	return s, true
}

// never is when a call that was open at its player's death returns.
const never = math.MaxInt64

// operations are the calls of all sheets as the model takes them. died says when
// a player was killed, and when it was gone; 0 never.
func operations(b *board, g game, died [players][2]int64) (ops []porcupine.Operation) {
	add := func(i int, k kind, arg, value uint64, r result, call, ret int64) {
		in, out := input{Player: i, Kind: k, Arg: arg, Value: value, Undo: g.undo}, output{Result: r, Value: value}
		ops = append(ops, porcupine.Operation{ClientId: i, Input: in, Call: call, Output: out, Return: ret})
	}
	for i := range b.Sheets {
		s := &b.Sheets[i]
		for k := range min(s.N.Load(), uint64(len(s.Calls))) {
			c := &s.Calls[k]
			r, ret := result(c.Result.Load()), c.Return.Load()
			if ret == 0 {
				r, ret = 0, never
			}
			arg, value, call := c.Arg.Load(), c.Value.Load(), c.Call.Load()
			switch what := kind(c.Kind.Load()); {
			case what == kWait && r != rOK:
			case what == kWait:
				add(i, kArrive, 0, 0, rOK, call, ret)
				add(i, kDepart, 0, 0, rOK, call, ret)
			case what == kCondition:
				add(i, kUnlock, 0, 0, rOK, call, ret)
				add(i, kLock, 0, 0, rOK, call, ret)
			default:
				add(i, what, arg, value, r, call, ret)
			}
		}
		if died[i][0] != 0 {
			add(i, kDie, 0, 0, rOK, died[i][0], died[i][1])
			if g.undo {
				add(i, kReturn, 0, 0, rOK, died[i][0], never)
			}
		}
	}
	return ops
}
