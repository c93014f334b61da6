package layout

// Kind says what begins at a page.
type Kind uint8

// Kinds of state word. Where the walk expects a head, None means free up to the
// end of the region or of what is committed, whichever comes first; anywhere
// else it means that nothing begins there. A Free run that ends at its region's
// end may reach beyond what is committed; it is clipped.
const (
	None    Kind = iota
	Free         // a free run: length
	Pending      // free, not yet joined to its neighbours: length
	Large        // one large block: length, who allocated it
	Span         // equal blocks: class, owner
	Back         // inside a span: distance back to its head
	Cont         // first page of a region inside a Large or Pending run: distance back, pages here
	kindsEnd
)

// String names the kind as reports do.
func (k Kind) String() string {
	if k >= kindsEnd {
		return "unknown"
	}
	return [...]string{"none", "free", "pending", "large", "span", "back", "cont"}[k]
}

// State is the one word that says what begins at a page.
//
//	bits     Free Pending Large       Span                       Back    Cont
//	0..2     kind                     kind                       kind    kind
//	3..5     flags                    flags                      0       0
//	6..33    length (28)              class 7, heap 10, seq 10,  back    back
//	                                  tagged 1
//	34..47   slot (14)                slot                       0       pages here (28)
//	48..63   generation               generation                 0
type State uint64

// Flags of a state word.
const (
	Room     State = 1 << 3  // Span, disowned: a hint that some block is free
	Clean    State = 1 << 3  // Pending, in one region: was a large block, nothing stands within
	Owned    State = 1 << 4  // Span: its slot, generation and heap name a live owner
	Tagged   State = 1 << 33 // Span: its Tenants say whose blocks are in it
	Orphaned State = 1 << 5  // left by a dead user; Span, not tagged: with all its blocks
)

const (
	kindMask  State = 7
	lenShift        = 6
	lenBits         = 28
	lenMask   State = 1<<lenBits - 1
	heapShift       = 13
	seqShift        = 23
	slotShift       = 34
	genShift        = 48

	classBits = 7
	heapBits  = 10
	seqBits   = 10
	slotBits  = 14
)

// Constructors, one for each kind.
func FreeRun(pages uint64) State { return State(Free) | State(pages)&lenMask<<lenShift }
func PendingRun(pages uint64) State {
	return State(Pending) | State(pages)&lenMask<<lenShift
}

// CleanRun is a pending run that may become a large block again as it is.
func CleanRun(pages uint64) State { return PendingRun(pages) | Clean }
func LargeRun(pages uint64, slot int, gen uint16) State {
	return State(Large) | State(pages)&lenMask<<lenShift | owner(slot, gen)
}
func OwnedSpan(class, heap, slot int, gen uint16, seq uint32) State {
	return State(Span) | Owned | State(class)&(1<<classBits-1)<<lenShift |
		State(heap)&(1<<heapBits-1)<<heapShift | State(seq)&(1<<seqBits-1)<<seqShift | owner(slot, gen)
}
func BackTo(distance uint64) State { return State(Back) | State(distance)&lenMask<<lenShift }
func ContOf(distance, here uint64) State {
	return State(Cont) | State(distance)&lenMask<<lenShift | State(here)&lenMask<<slotShift
}

func owner(slot int, gen uint16) State {
	return State(slot)&(1<<slotBits-1)<<slotShift | State(gen)<<genShift
}

// Fields.
func (s State) Kind() Kind       { return Kind(s & kindMask) }
func (s State) Len() uint64      { return uint64(s >> lenShift & lenMask) }
func (s State) Distance() uint64 { return s.Len() }
func (s State) Here() uint64     { return uint64(s >> slotShift & lenMask) }
func (s State) Class() int       { return int(s >> lenShift & (1<<classBits - 1)) }
func (s State) Heap() int        { return int(s >> heapShift & (1<<heapBits - 1)) }
func (s State) Seq() uint32      { return uint32(s >> seqShift & (1<<seqBits - 1)) }
func (s State) Slot() int        { return int(s >> slotShift & (1<<slotBits - 1)) }
func (s State) Gen() uint16      { return uint16(s >> genShift) }

// Disowned is a Span word without its owner; who owned it last stays readable.
func (s State) Disowned() State { return s &^ Owned }

// ForHeap is an owned Span word handed to another heap of the same user.
func (s State) ForHeap(heap int) State {
	return s&^((1<<heapBits-1)<<heapShift) | State(heap)&(1<<heapBits-1)<<heapShift
}

// WithLen is a Large word of another length.
func (s State) WithLen(pages uint64) State {
	return s&^(lenMask<<lenShift) | State(pages)&lenMask<<lenShift
}

// AdoptedBy is a Span word with a new owner. The sequence moves on, so that a
// compare-and-swap by somebody who looked before the change fails.
func (s State) AdoptedBy(heap, slot int, gen uint16) State {
	return OwnedSpan(s.Class(), heap, slot, gen, s.Seq()+1) | s&(Orphaned|Tagged)
}
