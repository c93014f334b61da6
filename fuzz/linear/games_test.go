package linear

import (
	"math/rand/v2"

	"github.com/anishathalye/porcupine"
)

// game is one kind of object.
type game struct {
	round func(p *player) error
	last  func(p *player) error // what the judge looks at in the end
	model func(units int) porcupine.Model
	units int  // of semaphores, beside what a victim may lose
	lose  int  // units that may be lost with each player of a victim
	meet  bool // all players or two of them pass a barrier together
	undo  bool // of the semaphore
	alone bool // one player a process: its handle answers the process, not a goroutine
}

var games map[string]game

func init() { // the rounds look games up
	games = map[string]game{
		"lock":      {round: (*player).locks, last: (*player).lastLock, model: lockModel},
		"handover":  {round: (*player).handsOver, last: (*player).lastLock, model: lockModel},
		"condition": {round: (*player).awaits, last: (*player).lastLock, model: lockModel},
		"rwlock":    {round: (*player).reads, last: (*player).lastRW, model: rwModel},
		"sema":      {round: (*player).semas, last: (*player).lastSema, model: countModel, units: 1, lose: 2},
		"undo":      {round: (*player).semas, last: (*player).lastSema, model: undoModel, units: 2, undo: true},
		"monitor":   {round: (*player).monitors, last: (*player).lastCount, model: countModel, units: 1, lose: 1},
		"pollsema":  {round: (*player).polls, last: (*player).lastPoll, model: pollModel, units: 1, lose: 1, alone: true},
		"barrier":   {round: (*player).meets, last: (*player).lastMeeting, model: barrierModel, meet: true},
		"datum":     {round: (*player).datum, last: (*player).lastDatum, model: wordModel},
		"cell":      {round: (*player).cells, last: (*player).lastCell, model: wordModel},
		"publish":   {round: (*player).publishes, last: (*player).lastPublished, model: publishModel},
		"heap":      {round: (*player).owns, last: (*player).lastBlocks, model: heapModel},
	}
}

// value is one of a few, so that swaps succeed and fail.
func (p *player) value() uint64 { return uint64(p.rnd.IntN(4)) * 16 }

// gets plays a call that reads a word.
func (p *player) gets(f func() uint64) error {
	return p.calls(kGet, 0, 0, func(c *call) (result, error) {
		c.Value.Store(f())
		return rOK, nil
	})
}

// word plays one call on a word.
func (p *player) word(get func() uint64, put func(uint64), cas func(old, next uint64) bool) error {
	old, next := p.value(), p.value()
	switch p.rnd.IntN(4) {
	case 0:
		return p.gets(get)
	case 1:
		return p.calls(kPut, 0, next, func(*call) (result, error) {
			put(next)
			return rOK, nil
		})
	}
	return p.calls(kCas, old, next, func(*call) (result, error) {
		if !cas(old, next) {
			return rNo, nil
		}
		return rOK, nil
	})
}

func (p *player) datum() error {
	return p.word(p.a.GetInfo, p.a.PutInfo, p.a.CasInfo)
}

func (p *player) lastDatum() error { return p.gets(p.a.GetInfo) }

func (p *player) cells() error {
	c := &p.b.Cell
	return p.word(p.cell, func(v uint64) { c.Store(ptr(v)) }, func(old, next uint64) bool { return c.CompareAndSwap(ptr(old), ptr(next)) })
}

func (p *player) lastCell() error { return p.gets(p.cell) }

func (p *player) cell() uint64 { return p.b.Cell.Load().Offset() }

// unitsOf is how many units a game has, or how many parties.
func (g game) unitsOf(rnd *rand.Rand, s shape, deadly bool) int {
	switch {
	case g.meet && rnd.IntN(2) == 0:
		return s.procs * s.threads
	case g.meet:
		return 2
	case deadly:
		return g.units + g.lose*s.threads
	}
	return g.units
}
