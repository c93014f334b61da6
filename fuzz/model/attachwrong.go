package model

// AttachBug is a bug planted in the model of slots.
type AttachBug uint8

// The planted bugs.
const (
	NoAttachBug      AttachBug = iota
	LiveFirst                  // the word comes before the byte
	WordDecides                // the kernel is not asked whether a user is dead
	ClaimsUnknown              // goroutines of a process do not exclude each other
	GenKept                    // a slot's next user has the generation of the one before
	SlotFreedEarly             // recovery frees the slot first
	SlotFreedLate              // who closes frees its slot when the byte is gone
	SpansBeforeLanes           // recovery gives up spans before it has finished what was open in them
	ObjectsByStore             // recovery frees a lock without looking whose it is
	TakeUnclaimed              // a region's lock is taken from the dead without the byte
	attachBugs
)

var attachBugNames = [attachBugs]string{"no bug", "live first", "word decides", "claims unknown", "generation kept", "free early", "free late",
	"spans before lanes", "objects by store", "take unclaimed"}

func (b AttachBug) String() string { return attachBugNames[b] }

var attachWrongs = [...]string{"",
	"two live users have one slot",
	"a new user finds what an earlier one of its slot left",
	"a living user is recovered",
	"two recover one slot",
	"an operation is finished in a span that others may have",
	"a slot is free, and what its user had is not",
}

// Wrong holds the protocol to its promises.
func (m Attach) Wrong(s attState) string {
	if s.Bad != 0 {
		return attachWrongs[s.Bad]
	}
	for i, p := range s.Proc {
		for w, h := range p.Has {
			if h != (owner{}) && (s.Thing[w] != h || uint8(w) == thSpan && s.Loose) {
				return "a living user has lost what it had"
			}
		}
		if p.Slot == 0 {
			continue
		}
		if l := s.Slot[p.Slot-1]; l.Gen != p.Gen || l.Byte != uint8(i)+1 || l.State != slotLive && l.State != slotLeaving && !p.Going {
			return "a living user's slot is not its own"
		}
	}
	return ""
}

// Clean is nobody at work, and nothing left by the dead.
func (m Attach) Clean(s attState) bool {
	for _, k := range s.Task {
		if k.PC > dead {
			return false
		}
	}
	for i, l := range s.Slot {
		lives := false
		for _, p := range s.Proc {
			lives = lives || p.Slot == uint8(i)+1
		}
		if !lives && (l.State != slotFree || l.Byte != 0 || l.Lane || s.remains(uint8(i))) {
			return false
		}
	}
	return true
}
