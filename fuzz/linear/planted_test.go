package linear

import (
	"testing"

	"github.com/anishathalye/porcupine"
)

// said is a call of process i, and what it is said to have come to.
func said(i int, k kind, r result, call, ret int64) []porcupine.Operation {
	return entry{kind: k, result: r, call: call, ret: ret}.operations(i, i)
}

// word is a call on a word.
func word(i int, k kind, r result, arg, value uint64, call, ret int64) []porcupine.Operation {
	return entry{kind: k, result: r, arg: arg, value: value, call: call, ret: ret}.operations(i, i)
}

// planted is a history that is fine, or is not.
type planted struct {
	what string
	fine bool
	ops  [][]porcupine.Operation
}

// TestPlanted holds that the models refuse what must not happen, and take what
// may.
func TestPlanted(t *testing.T) {
	for _, game := range []struct {
		name  string
		model porcupine.Model
		all   []planted
	}{
		{"lock", lockModel(0), plantedLocks},
		{"rwlock", rwModel(0), plantedRWLocks},
		{"sema", countModel(2), plantedSemas},
		{"undo", undoModel(2), plantedUndos},
		{"pollsema", pollModel(1), plantedPolls},
		{"barrier", barrierModel(2), plantedBarriers},
		{"word", wordModel(0), plantedWords},
		{"publish", publishModel(0), plantedPublications},
		{"heap", heapModel(0), plantedBlocks},
	} {
		for _, p := range game.all {
			var ops []porcupine.Operation
			for _, o := range p.ops {
				ops = append(ops, o...)
			}
			if got := porcupine.CheckOperations(game.model, ops); got != p.fine {
				t.Errorf("%s: %s: %v, want %v\n%s", game.name, p.what, got, p.fine, tale(ops))
			}
		}
	}
}

type h = [][]porcupine.Operation

var plantedLocks = []planted{
	{"one after the other", true, h{said(0, kLock, rOK, 1, 2), said(0, kUnlock, rOK, 3, 4), said(1, kLock, rOK, 1, 6)}},
	{"two holders", false, h{said(0, kLock, rOK, 1, 2), said(1, kLock, rOK, 3, 4), said(0, kUnlock, rOK, 5, 6)}},
	{"a death that is told", true, h{said(0, kLock, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(1, kLock, rDied, 3, 6)}},
	{"a death not told", false, h{said(0, kLock, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(1, kLock, rOK, 5, 6)}},
	{"told for nothing", false, h{said(1, kLock, rDied, 3, 6)}},
	{"told of one that held nothing", false, h{said(0, kLock, rOK, 1, 2), said(0, kUnlock, rOK, 3, 4), said(0, kDie, rOK, 5, 6), said(1, kLock, rDied, 7, 8)}},
	{"stolen from the living", false, h{said(0, kLock, rOK, 1, 2), said(1, kDie, rOK, 3, 4), said(2, kLock, rDied, 5, 6)}},
	{"told twice", false, h{said(0, kLock, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(1, kLock, rDied, 5, 6), said(1, kRecovered, rOK, 7, 8),
		said(1, kUnlock, rOK, 9, 10), said(2, kLock, rDied, 11, 12)}},
	{"lost though recovered", false, h{said(0, kLock, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(1, kLock, rDied, 5, 6), said(1, kRecovered, rOK, 7, 8),
		said(1, kUnlock, rOK, 9, 10), said(2, kLock, rLost, 11, 12)}},
	{"lost", true, h{said(0, kLock, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(1, kLock, rDied, 5, 6), said(1, kUnlock, rOK, 7, 8), said(2, kLock, rLost, 9, 10)}},
	{"not lost", false, h{said(0, kLock, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(1, kLock, rDied, 5, 6), said(1, kUnlock, rOK, 7, 8), said(2, kLock, rOK, 9, 10)}},
	{"its own release forgets", true, h{said(0, kLock, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(1, kLock, rDied, 5, 6), said(1, kRelease, rOK, 7, 8), said(2, kLock, rOK, 9, 10)}},
	{"open at the kill, and done", true, h{said(0, kLock, rOpen, 1, never), said(0, kDie, rOK, 3, 4), said(1, kLock, rDied, 5, 6)}},
	{"open at the kill, and not begun", true, h{said(0, kLock, rOpen, 1, never), said(0, kDie, rOK, 3, 4), said(1, kLock, rOK, 5, 6)}},
	{"unlocked at the kill", true, h{said(0, kLock, rOK, 1, 2), said(0, kUnlock, rOpen, 3, never), said(0, kDie, rOK, 4, 5), said(1, kLock, rOK, 6, 7)}},
	{"taken after its death", false, h{said(0, kLock, rOpen, 1, never), said(0, kDie, rOK, 3, 4), said(1, kLock, rOK, 5, 6), said(1, kUnlock, rOK, 7, 8), said(2, kLock, rDied, 9, 10)}},
	{"a try that should do", false, h{said(0, kTryLock, rNo, 1, 2)}},
	{"a try beside one that times out", true, h{said(0, kLock, rTimeout, 1, 4), said(1, kTryLock, rNo, 2, 3)}},
	{"a try after one that timed out", false, h{said(0, kLock, rTimeout, 1, 2), said(1, kTryLock, rNo, 3, 4)}},
	{"held by one that timed out", false, h{said(0, kLock, rTimeout, 1, 2), said(1, kLock, rOK, 3, 4), said(2, kTryLock, rOK, 5, 6)}},
	{"unlocked by another", false, h{said(0, kLock, rOK, 1, 2), said(1, kUnlock, rOK, 3, 4)}},
	{"released by another", true, h{said(0, kLock, rOK, 1, 2), said(1, kRelease, rOK, 3, 4), said(0, kUnlock, rNotLocked, 5, 6)}},
	{"released and still held", false, h{said(0, kLock, rOK, 1, 2), said(1, kRelease, rOK, 3, 4), said(0, kUnlock, rOK, 5, 6)}},
	{"a wait that keeps it", false, h{said(0, kLock, rOK, 1, 2), said(0, kCondition, rOpen, 3, never), said(1, kTryLock, rNo, 4, 5), said(1, kLock, rOK, 6, 7), said(0, kUnlock, rOK, 8, 9)}},
	{"a wait that comes back without it", false, h{said(0, kLock, rOK, 1, 2), said(0, kCondition, rTimeout, 3, 6), said(1, kLock, rOK, 4, 5), said(1, kUnlock, rOK, 7, 8)}},
	{"a wait", true, h{said(0, kLock, rOK, 1, 2), said(0, kCondition, rOK, 3, 9), said(1, kLock, rOK, 4, 5), said(1, kUnlock, rOK, 6, 7), said(0, kUnlock, rOK, 10, 11)}},
}

var plantedRWLocks = []planted{
	{"two readers", true, h{said(0, kRLock, rOK, 1, 2), said(1, kRLock, rOK, 3, 4), said(0, kRUnlock, rOK, 5, 6), said(1, kRUnlock, rOK, 5, 6), said(2, kLock, rOK, 7, 8)}},
	{"a reader and a writer", false, h{said(0, kRLock, rOK, 1, 2), said(1, kLock, rOK, 3, 4), said(0, kRUnlock, rOK, 5, 6)}},
	{"a writer and a reader", false, h{said(0, kLock, rOK, 1, 2), said(1, kTryRLock, rOK, 3, 4), said(0, kUnlock, rOK, 5, 6)}},
	{"two writers", false, h{said(0, kLock, rOK, 1, 2), said(1, kTryLock, rOK, 3, 4)}},
	{"a dead reader is gone", true, h{said(0, kRLock, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(1, kLock, rOK, 3, 9)}},
	{"a reader that lives is gone", false, h{said(0, kRLock, rOK, 1, 2), said(2, kDie, rOK, 3, 4), said(1, kLock, rOK, 5, 9)}},
	{"a writer's death told to readers and a writer", true, h{said(0, kLock, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(1, kRLock, rDied, 5, 6), said(2, kRLock, rDied, 7, 8),
		said(1, kRUnlock, rOK, 9, 10), said(2, kRUnlock, rOK, 9, 10), said(1, kLock, rDied, 11, 12)}},
	{"a writer's death not told to the second reader", false, h{said(0, kLock, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(1, kRLock, rDied, 5, 6), said(2, kRLock, rOK, 7, 8)}},
	{"read though lost", false, h{said(0, kLock, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(1, kLock, rDied, 5, 6), said(1, kUnlock, rOK, 7, 8), said(2, kRLock, rDied, 9, 10)}},
	{"told for nothing", false, h{said(0, kRLock, rDied, 1, 2)}},
}

var plantedSemas = []planted{
	{"as many as there are", true, h{said(0, kP, rOK, 1, 2), said(1, kP, rOK, 1, 2), said(2, kTryP, rNo, 3, 4), said(0, kV, rOK, 5, 6), said(2, kP, rOK, 3, 7)}},
	{"more than there are", false, h{said(0, kP, rOK, 1, 2), said(1, kP, rOK, 1, 2), said(2, kP, rOK, 3, 4)}},
	{"a unit lost", false, h{said(0, kP, rOK, 1, 2), said(0, kV, rOK, 3, 4), said(1, kP, rOK, 5, 6), said(2, kTryP, rNo, 7, 8)}},
	{"a unit too many", false, h{said(0, kP, rOK, 1, 2), word(1, kValue, rOK, 0, 2, 3, 4)}},
	{"lost with its taker", true, h{said(0, kP, rOK, 1, 2), said(0, kDie, rOK, 3, 4), word(1, kValue, rOK, 0, 1, 5, 6)}},
	{"back though its taker died", false, h{said(0, kP, rOK, 1, 2), said(0, kDie, rOK, 3, 4), word(1, kValue, rOK, 0, 2, 5, 6)}},
}

var plantedUndos = []planted{
	{"a unit that comes back", true, h{said(0, kP, rOK, 1, 2), said(1, kP, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(0, kReturn, rOK, 3, 9), said(2, kP, rOK, 3, 6)}},
	{"before the death", false, h{said(0, kP, rOK, 1, 2), said(1, kP, rOK, 1, 2), said(2, kP, rOK, 3, 4), said(0, kDie, rOK, 5, 6), said(0, kReturn, rOK, 5, 9)}},
	{"twice", false, h{said(0, kP, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(0, kReturn, rOK, 3, 5), word(1, kValue, rOK, 0, 3, 6, 7)}},
	{"never", false, h{said(0, kP, rOK, 1, 2), said(0, kDie, rOK, 3, 4), said(0, kReturn, rOK, 3, 5), word(1, kValue, rOK, 0, 1, 6, 7)}},
	{"given and still returned", false, h{said(0, kP, rOK, 1, 2), said(0, kV, rOK, 3, 4), said(0, kDie, rOK, 5, 6), said(0, kReturn, rOK, 5, 8), word(1, kValue, rOK, 0, 3, 9, 10)}},
	{"open at the kill", true, h{said(0, kP, rOK, 1, 2), said(0, kV, rOpen, 3, never), said(0, kDie, rOK, 5, 6), said(0, kReturn, rOK, 5, 8), word(1, kValue, rOK, 0, 2, 9, 10)}},
}

var plantedPolls = []planted{
	{"told when there is one", true, h{said(0, kPollP, rOK, 1, 2), said(1, kPollP, rNo, 3, 4), said(0, kV, rOK, 5, 6), said(1, kReady, rOK, 3, 8)}},
	{"told without a unit", false, h{said(0, kPollP, rOK, 1, 2), said(1, kPollP, rNo, 3, 4), said(1, kReady, rOK, 3, 8)}},
	{"queued though one is free", false, h{said(0, kPollP, rNo, 1, 2)}},
	{"queued behind another", true, h{said(0, kPollP, rOK, 1, 2), said(1, kPollP, rNo, 3, 4), said(0, kV, rOK, 5, 6), said(2, kPollP, rNo, 7, 8), said(1, kReady, rOK, 3, 9)}},
	{"one unit for two", false, h{said(0, kPollP, rOK, 1, 2), said(1, kPollP, rNo, 3, 4), said(2, kPollP, rNo, 3, 4), said(0, kV, rOK, 5, 6), said(1, kReady, rOK, 3, 8), said(2, kReady, rOK, 3, 8)}},
	{"a unit lost on the way", false, h{said(0, kPollP, rOK, 1, 2), said(1, kPollP, rNo, 3, 4), said(0, kV, rOK, 5, 6), said(1, kReady, rOK, 3, 8), said(1, kV, rOK, 9, 10), said(2, kTryP, rNo, 11, 12)}},
}

var plantedBarriers = []planted{
	{"alone", false, h{said(0, kWait, rOK, 1, 2)}},
	{"two", true, h{said(0, kWait, rOK, 1, 4), said(1, kWait, rOK, 2, 5)}},
	{"three", false, h{said(0, kWait, rOK, 1, 4), said(1, kWait, rOK, 2, 5), said(2, kWait, rOK, 2, 5)}},
	{"two that never met", false, h{said(0, kWait, rOK, 1, 2), said(1, kWait, rOK, 3, 4)}},
	{"four, crosswise", false, h{said(0, kWait, rOK, 1, 2), said(1, kWait, rOK, 1, 6), said(2, kWait, rOK, 3, 4), said(3, kWait, rOK, 7, 8)}},
	{"with one that gave up", false, h{said(0, kWait, rTimeout, 1, 4), said(1, kWait, rOK, 2, 5)}},
	{"broken for nothing", false, h{said(0, kWait, rBroken, 1, 4)}},
	{"broken by a death", true, h{said(1, kWait, rOpen, 1, never), said(1, kDie, rOK, 2, 3), said(0, kWait, rBroken, 1, 4)}},
	{"passed with one that died", true, h{said(1, kWait, rOpen, 1, never), said(1, kDie, rOK, 2, 3), said(0, kWait, rOK, 1, 4)}},
	{"passed with one that was dead", false, h{said(1, kDie, rOK, 1, 2), said(1, kWait, rOpen, 3, never), said(0, kWait, rOK, 4, 5)}},
	{"passed though broken", false, h{said(3, kDie, rOK, 1, 2), said(0, kWait, rBroken, 3, 4), said(0, kWait, rOK, 5, 7), said(1, kWait, rOK, 5, 7)}},
	{"passed after a reset", true, h{said(3, kDie, rOK, 1, 2), said(0, kWait, rBroken, 3, 4), said(1, kReset, rOK, 5, 6), said(0, kWait, rOK, 7, 9), said(1, kWait, rOK, 7, 9)}},
	{"broken before anybody died", false, h{said(0, kWait, rBroken, 1, 2), said(3, kDie, rOK, 3, 4)}},
}

var plantedWords = []planted{
	{"swapped", true, h{word(0, kPut, rOK, 0, 16, 1, 2), word(0, kCas, rOK, 16, 32, 3, 4), word(1, kGet, rOK, 0, 32, 5, 6)}},
	{"swapped from what it was not", false, h{word(0, kCas, rOK, 16, 32, 1, 2)}},
	{"not swapped for nothing", false, h{word(0, kCas, rNo, 0, 32, 1, 2)}},
	{"read what nobody put", false, h{word(0, kGet, rOK, 0, 32, 1, 2)}},
	{"read what is gone", false, h{word(0, kPut, rOK, 0, 16, 1, 2), word(0, kPut, rOK, 0, 32, 3, 4), word(1, kGet, rOK, 0, 16, 5, 6)}},
	{"put by a dead one", false, h{word(0, kDie, rOK, 0, 0, 1, 2), word(0, kPut, rOpen, 0, 16, 1, never), word(1, kGet, rOK, 0, 0, 3, 4), word(1, kGet, rOK, 0, 16, 5, 6)}},
	{"put at the kill", true, h{word(0, kDie, rOK, 0, 0, 1, 3), word(0, kPut, rOpen, 0, 16, 1, never), word(1, kGet, rOK, 0, 0, 2, 3), word(1, kGet, rOK, 0, 16, 5, 6)}},
	{"swapped twice", false, h{word(0, kCas, rOK, 0, 16, 1, 9), word(1, kCas, rOK, 0, 32, 1, 9)}},
}
