package linear

import "github.com/anishathalye/porcupine"

// countState is a semaphore.
type countState struct {
	units  int
	held   [procs + 1]int // of those that come back
	queued [procs + 1]bool
	inLine [procs + 1]bool
}

// countModel is a semaphore whose units are lost with their takers.
func countModel(units int) porcupine.Model {
	return modelOf(countState{units: units}, func(w world[countState], in input, out output) []countState {
		return countStep(w.s, in, out, false)
	})
}

// undoModel is one whose units come back.
func undoModel(units int) porcupine.Model {
	return modelOf(countState{units: units}, func(w world[countState], in input, out output) []countState {
		return countStep(w.s, in, out, true)
	})
}

func countStep(s countState, in input, out output, undo bool) []countState {
	switch in.kind {
	case kDie:
		return one(s, true)
	case kP, kTryP:
		if out.result == rNo {
			return one(s, s.units == 0)
		}
		if undo {
			s.held[in.proc]++
		}
		return one(s.less(), s.units > 0)
	case kV:
		if s.units++; undo {
			s.held[in.proc] = max(s.held[in.proc], 1) - 1
		}
		return one(s, true)
	case kValue: // 0: or so many wait
		return one(s, out.result == rOpen || out.value == uint64(s.units))
	case kReturn:
		s.units, s.held[in.proc] = s.units+s.held[in.proc], 0
		return one(s, true)
	}
	return nil
}

func (s countState) less() countState {
	s.units--
	return s
}

// pollModel is a pollable semaphore. While somebody is queued, others that come
// are queued as well, and tries fail. Who is dead may look queued for a while.
func pollModel(units int) porcupine.Model {
	return modelOf(countState{units: units}, func(w world[countState], in input, out output) []countState {
		s, i := w.s, in.proc
		switch in.kind {
		case kLine: // P looks like one that is queued before it knows
			if s.inLine[i] || s.queued[i] {
				return nil
			}
			s.inLine[i] = true
			queued := s
			queued.queued[i] = true
			if s.units == 0 || s.waiting(i) {
				return []countState{s, queued}
			}
			return one(s, true)
		case kPollP:
			if !s.inLine[i] {
				return nil
			}
			s.inLine[i] = false
			no := s
			no.queued[i] = true
			s.queued[i] = false
			switch {
			case out.result == rNo:
				return one(no, s.units == 0 || s.waiting(i))
			case out.result == rOK:
				return one(s.less(), s.units > 0)
			case s.units > 0:
				return []countState{s.less(), no}
			}
			return one(no, true)
		case kReady:
			was := s.queued[i] && !s.inLine[i]
			s.queued[i] = false
			return one(s.less(), was && s.units > 0)
		case kTryP:
			if out.result == rNo && s.waiting(i) {
				return one(s, true)
			}
		}
		return countStep(s, in, out, false)
	})
}

// waiting says that a process other than i is queued.
func (s countState) waiting(i int) bool {
	s.queued[i] = false
	return s.queued != [procs + 1]bool{}
}
