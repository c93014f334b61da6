package linear

import (
	"testing"

	"github.com/anishathalye/porcupine"
)

// TestPlanted holds that the model refuses what must not happen, and takes what
// may.
func TestPlanted(t *testing.T) {
	op := func(i int, k kind, r result, call, ret int64) porcupine.Operation {
		return porcupine.Operation{ClientId: i, Input: input{Player: i, Kind: k, Undo: true}, Output: output{Result: r}, Call: call, Return: ret}
	}
	for name, c := range map[string]struct {
		ops  []porcupine.Operation
		fine bool
	}{
		"one after the other":     {[]porcupine.Operation{op(0, kLock, rOK, 1, 2), op(0, kUnlock, rOK, 3, 4), op(1, kLock, rOK, 1, 6)}, true},
		"two holders":             {[]porcupine.Operation{op(0, kLock, rOK, 1, 2), op(1, kLock, rOK, 3, 4), op(0, kUnlock, rOK, 5, 6)}, false},
		"a death that is told":    {[]porcupine.Operation{op(0, kLock, rOK, 1, 2), op(0, kDie, rOK, 3, 4), op(1, kLock, rDied, 3, 6)}, true},
		"a death not told":        {[]porcupine.Operation{op(0, kLock, rOK, 1, 2), op(0, kDie, rOK, 3, 4), op(1, kLock, rOK, 3, 6)}, false},
		"told for nothing":        {[]porcupine.Operation{op(1, kLock, rDied, 3, 6)}, false},
		"lost though recovered":   {[]porcupine.Operation{op(0, kLock, rOK, 1, 2), op(0, kDie, rOK, 3, 4), op(1, kLock, rDied, 5, 6), op(1, kRecovered, rOK, 7, 8), op(1, kUnlock, rOK, 9, 10), op(2, kLock, rLost, 11, 12)}, false},
		"open at the kill":        {[]porcupine.Operation{op(0, kLock, 0, 1, never), op(0, kDie, rOK, 3, 4), op(1, kLock, rDied, 5, 6)}, true},
		"open, and not begun":     {[]porcupine.Operation{op(0, kLock, 0, 1, never), op(0, kDie, rOK, 3, 4), op(1, kLock, rOK, 5, 6)}, true},
		"a try that should do":    {[]porcupine.Operation{op(0, kTryLock, rNo, 1, 2)}, false},
		"more units than are":     {[]porcupine.Operation{op(0, kP, rOK, 1, 2), op(1, kP, rOK, 1, 2), op(2, kP, rOK, 3, 4)}, false},
		"a unit that comes back":  {[]porcupine.Operation{op(0, kP, rOK, 1, 2), op(1, kP, rOK, 1, 2), op(0, kDie, rOK, 3, 4), op(0, kReturn, rOK, 3, never), op(2, kP, rOK, 3, 6)}, true},
		"a unit lost":             {[]porcupine.Operation{op(0, kP, rOK, 1, 2), op(0, kV, rOK, 3, 4), op(1, kP, rOK, 5, 6), op(2, kP, rOK, 7, 8), op(0, kTryP, rNo, 1, 2)}, false},
		"ready without a unit":    {[]porcupine.Operation{op(0, kP, rOK, 1, 2), op(1, kP, rOK, 1, 2), op(2, kPollP, rNo, 3, 4), op(2, kReady, rOK, 5, 6)}, false},
		"alone at the barrier":    {[]porcupine.Operation{op(0, kArrive, rOK, 1, 2), op(0, kDepart, rOK, 1, 2)}, false},
		"two at the barrier":      {[]porcupine.Operation{op(0, kArrive, rOK, 1, 4), op(0, kDepart, rOK, 1, 4), op(1, kArrive, rOK, 2, 5), op(1, kDepart, rOK, 2, 5)}, true},
		"a reader and a writer":   {[]porcupine.Operation{op(0, kRLock, rOK, 1, 2), op(1, kLock, rOK, 3, 4), op(0, kRUnlock, rOK, 5, 6)}, false},
		"two readers":             {[]porcupine.Operation{op(0, kRLock, rOK, 1, 2), op(1, kRLock, rOK, 3, 4), op(0, kRUnlock, rOK, 5, 6)}, true},
		"a dead reader is gone":   {[]porcupine.Operation{op(0, kRLock, rOK, 1, 2), op(0, kDie, rOK, 3, 4), op(1, kLock, rOK, 3, 9)}, true},
		"swapped from what isn't": {[]porcupine.Operation{{Input: input{Kind: kCas, Arg: 16, Value: 32}, Output: output{Result: rOK}, Call: 1, Return: 2}}, false},
		"read what nobody put":    {[]porcupine.Operation{{Input: input{Kind: kGet}, Output: output{Result: rOK, Value: 32}, Call: 1, Return: 2}}, false},
	} {
		if got := porcupine.CheckOperations(model(2), c.ops); got != c.fine {
			t.Errorf("%s: %v", name, got)
		}
	}
}
