package model

// LockBug is a bug planted in the lock model.
type LockBug uint8

// The planted bugs.
const (
	NoLockBug        LockBug = iota
	StealAlive               // a lock is stolen without a look whether its owner is gone
	StealSilently            // the thief does not set inconsistent
	UnlockDropsWake          // an unlock stores 0 without a look at the waiters bit
	UnlockForgets            // an unlock before Recovered frees the lock as any other
	WokenForgets             // a woken sleeper takes the lock without the waiters bit
	GivenForgets             // a front that slept in the kernel is handed the lock without the waiters bit
	InconsistentLost         // whoever takes a free lock clears inconsistent
	DoneAcquires             // L1 comes before the look at the context
	GivenToDone              // who is handed the lock does not look at its context
	NoPassOn                 // a context ends, and the wake-up that came meanwhile is lost
	PassOnIfFree             // ... is passed on only where the lock is free
	NapEats                  // who naps on a free word keeps the wake-up that hits it
	SleepBlind               // a sleeper sleeps whatever the word is
	TellEarly                // an unlock looks at its own gate before it stores the word
	RecoveredByStore         // Recovered stores the word without the waiters bit
	RecoverByStore           // recovery does not compare the word that it replaces
	lockBugs
)

var lockBugNames = [lockBugs]string{
	"no bug",
	"steal alive",
	"steal silently",
	"unlock drops wake",
	"unlock forgets",
	"woken forgets",
	"given forgets",
	"inconsistent lost",
	"done acquires",
	"given to done",
	"no pass on",
	"pass on if free",
	"nap eats",
	"sleep blind",
	"tell early",
	"recovered by store",
	"recover by store",
}

func (b LockBug) String() string { return lockBugNames[b] }

// What is wrong, by lockState.Bad.
var lockWrongs = [...]string{"",
	"two hold the lock",
	"a holder is told of a death that was none, or not told of one",
	"a context that was over acquires",
}

// Wrong holds the protocol to its promises.
func (m Locks) Wrong(s lockState) string {
	if s.Bad != 0 {
		return lockWrongs[s.Bad]
	}
	if h := s.Holder; h != 0 {
		p := (h - 1) / 2
		if h >= parked {
			p = h - parked
		}
		if s.Word.lost() || s.Word.owner() != lockOf(p, s.Gen[p]) {
			return "a holder that lives has lost its lock"
		}
	}
	if !m.Quantum && !s.Word.owned() && s.sleeps() {
		return "everybody rests, the lock is free, and somebody sleeps on"
	}
	if !m.Quantum && s.Word.lost() && s.sleeps() {
		return "everybody rests, the lock is lost for all, and somebody sleeps on"
	}
	return ""
}

// sleeps says that nobody is awake and somebody waits.
func (s *lockState) sleeps() bool {
	waits := false
	for x, g := range s.Gor {
		switch g.PC {
		case idle, dead:
		case lkLocal, lkAsleep, lkQueued:
			if g.Flags&fOver != 0 || g.PC == lkLocal && s.Gate[x/2].Told {
				return false
			}
			waits = true
		default:
			return false
		}
	}
	return waits
}

// Clean is nobody in a call and nobody holding the lock.
func (m Locks) Clean(s lockState) bool {
	for _, g := range s.Gor {
		if g.PC != idle && g.PC != dead {
			return false
		}
	}
	return s.Holder == 0
}
