package linear

import "github.com/anishathalye/porcupine"

// stand is where a player stands at the barrier.
type stand uint8

const (
	away     stand = iota
	looking        // came, and may never count as arrived
	waiting        // arrived
	done           // has passed and does not know it yet
	doneLate       // the same, but it broke since: either answer is right
	failed         // it broke while it was there
	resetting
)

// barrierState is a barrier.
type barrierState struct {
	broken  bool
	arrived int
	stands  [sheets + 1]stand
	party   [procs + 1]bool // came at least once
	owed    bool            // a party died and nobody has reset it since: it must break
}

func barrierModel(parties int) porcupine.Model {
	return modelOf(barrierState{}, func(w world[barrierState], in input, _ output) []barrierState {
		return barrierStep(w, in, parties)
	})
}

func barrierStep(w world[barrierState], in input, parties int) []barrierState {
	s, me := w.s, in.player
	if in.kind == kDie {
		s.owed = s.owed || s.party[in.proc]
		return one(s, true)
	}
	dead := w.dead != [procs + 1]bool{}
	switch at := s.stands[me]; in.kind {
	case kArrive:
		s.party[in.proc] = true
		return one(s.arrive(me, parties), at == away && !s.broken)
	case kMayArrive:
		if at != away {
			return nil
		}
		came := s
		came.stands[me] = looking
		if s.broken {
			return one(came, true)
		}
		return []barrierState{came, s.arrive(me, parties)}
	case kDepart:
		s.stands[me] = away
		return one(s, at == done || at == doneLate)
	case kBroke:
		if !s.broken && dead && (at == looking || at == waiting || at == done) {
			s = s.breaks()
		}
		ok := s.stands[me] == failed || s.stands[me] == doneLate || at == looking && s.broken
		s.stands[me] = away
		return one(s, ok)
	case kWhole:
		return one(s, !s.broken && !s.owed)
	case kResets: // breaks it first, unless another one has been here
		if at != away {
			return nil
		}
		s.stands[me], s.owed = resetting, false
		return []barrierState{s, s.breaks()}
	case kReset:
		s.stands[me], s.owed = away, false
		whole := s
		whole.broken = false
		if at != resetting {
			return nil
		}
		if !s.broken {
			return one(s, true)
		}
		return []barrierState{s, whole}
	}
	return nil
}

// arrive is one more at the barrier; the last one opens it.
func (s barrierState) arrive(player, parties int) barrierState {
	s.stands[player] = waiting
	if s.arrived++; s.arrived < parties {
		return s
	}
	s.arrived = 0
	for i, at := range s.stands {
		if at == waiting {
			s.stands[i] = done
		}
	}
	return s
}

// breaks is a barrier that breaks: whoever is at it is told.
func (s barrierState) breaks() barrierState {
	s.broken, s.arrived = true, 0
	for i, at := range s.stands {
		switch at {
		case looking, waiting:
			s.stands[i] = failed
		case done:
			s.stands[i] = doneLate
		}
	}
	return s
}
