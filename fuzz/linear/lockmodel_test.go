package linear

import "github.com/anishathalye/porcupine"

// lockState is a lock, or the writers' side of a reader-writer lock, as its word
// says. An owner that is dead stands in it until somebody takes it.
type lockState struct {
	owner        int // process and 1, 0 nobody
	inconsistent bool
	lost         bool
	readers      [procs + 1]int
	passing      [sheets + 1]passing
}

// passing is what a call does that may have the lock for a moment.
type passing uint8

const (
	absent passing = iota
	without
	with
)

func (s lockState) reading() bool { return s.readers != [procs + 1]int{} }

// ownerDead says that the owner is dead.
func ownerDead(w world[lockState]) bool { return w.s.owner != 0 && w.dead[w.s.owner-1] }

func lockModel(int) porcupine.Model { return modelOf(lockState{}, lockStep) }

func lockStep(w world[lockState], in input, out output) []lockState {
	s, me, dead := w.s, in.proc+1, ownerDead(w)
	switch in.kind {
	case kDie:
		return one(s, true)
	case kLock, kTryLock:
		return one(s.takes(w, in.proc, out.result, in.kind == kTryLock && (s.owner != 0 && (in.proc != judge || !dead))))
	case kMayLock:
		if s.passing[in.player] != absent {
			return nil
		}
		if out.result == rTimeout { // it is handed a lock only if nobody died
			out.result = rOK
		}
		held, ok := s.takes(w, in.proc, out.result, false)
		s.passing[in.player], held.passing[in.player] = without, with
		if !ok {
			return one(s, true)
		}
		return []lockState{s, held}
	case kMayUnlock:
		was := s.passing[in.player]
		if s.passing[in.player] = absent; was == with && s.owner == me {
			s = s.gives()
		}
		return one(s, was != absent)
	case kRelease:
		if s.owner == me && (out.result == rOK || out.result == rOpen) {
			s.owner, s.inconsistent = 0, false
			return one(s, true)
		}
		if s.owner != 0 && (out.result == rOK || out.result == rOpen) {
			// As Unlock by that owner, which may be dead and not noticed yet.
			return one(s.gives(), true)
		}
		return one(s, s.refused(w, me, out.result))
	case kHalfRelease:
		half := s
		half.inconsistent = false
		if s.owner == me {
			return []lockState{s, half}
		}
		return one(s, true)
	case kUnlock:
		if s.owner == me && (out.result == rOK || out.result == rOpen) {
			return one(s.gives(), true)
		}
		return one(s, s.refused(w, me, out.result))
	case kRecovered:
		if s.owner == me && (out.result == rOK || out.result == rOpen) {
			s.inconsistent = false
			return one(s, true)
		}
		return one(s, s.refused(w, me, out.result))
	}
	return nil
}

// takes is the lock taken, or refused as r says; no says that it may be refused
// to one who only tries.
func (s lockState) takes(w world[lockState], proc int, r result, no bool) (lockState, bool) {
	dead := ownerDead(w)
	free := !s.lost && !s.reading() && (s.owner == 0 || dead)
	died := s.inconsistent || dead
	switch r {
	case rLost:
		return s, s.lost
	case rNo:
		return s, no
	case rOK:
		free = free && !died
	case rDied:
		free = free && died
	}
	s.owner, s.inconsistent = proc+1, died
	return s, free
}

// gives is the lock given up.
func (s lockState) gives() lockState {
	s.owner, s.lost = 0, s.inconsistent
	return s
}

// refused says that a call of one who does not hold the lock is refused rightly.
// Of a dead owner some say already that nobody holds the lock.
func (s lockState) refused(w world[lockState], me int, r result) bool {
	switch r {
	case rLost:
		return s.lost
	case rNotLocked:
		return !s.lost && (s.owner == 0 || ownerDead(w))
	case rNotOwner:
		return s.owner != 0 && s.owner != me
	}
	return false
}

func rwModel(int) porcupine.Model { return modelOf(lockState{}, rwStep) }

// rwStep is lockStep with readers. Tries may fail for nothing: who comes in holds
// the word for a moment.
func rwStep(w world[lockState], in input, out output) []lockState {
	s, r := w.s, out.result
	switch in.kind {
	case kDie:
		s.readers[in.proc] = 0
		if s.owner == 0 { // it may have held the word as it came in, and spoiled nothing
			phantom := s
			phantom.owner = in.proc + 1
			return []lockState{s, phantom}
		}
		return one(s, true)
	case kLock, kTryLock:
		return one(s.takes(w, in.proc, r, in.kind == kTryLock))
	case kRLock, kTryRLock:
		died := s.inconsistent || ownerDead(w)
		free := !s.lost && (s.owner == 0 || ownerDead(w))
		switch {
		case r == rLost:
			return one(s, s.lost)
		case r == rNo:
			return one(s, in.kind == kTryRLock)
		case !free, r == rOK && died, r == rDied && !died:
			return nil
		}
		s.owner, s.inconsistent = 0, died
		s.readers[in.proc]++
		return one(s, true)
	case kRUnlock:
		s.readers[in.proc]--
		return one(s, s.readers[in.proc] >= 0)
	}
	return lockStep(w, in, out)
}
