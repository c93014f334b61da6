package picture

import "iter"

// Kind says what a run is.
type Kind int

// Kinds of Run.
const (
	Virgin  Kind = iota // never used
	Free                // free pages
	Pending             // freed, not yet joined
	Large               // one large block
	Span                // a span of equal blocks
	Objects             // records of locks, semaphores, barriers
	Lost                // damage: nothing claims these pages
	kinds
)

func (k Kind) String() string {
	return [kinds]string{"never used", "free", "freed, not yet joined", "large block", "span", "objects", "lost"}[k]
}

// Run is a stretch of pages.
type Run struct {
	Page, Pages uint64
	Kind        Kind
	Class       int    // of a span
	Size        uint64 // bytes of a block of a span, of a record of objects
	Live        int    // allocated blocks of a span, objects
	Blocks      int    // all blocks of a span, all records
	Slot        int    // who owns a span or allocated a block, 0 nobody
	Orphan      bool   // a block, or some of a span's, was left by a dead user
}

// full is how much of a run is in use, from 0 to 1.
func (r Run) full() float64 {
	switch {
	case r.Kind == Large:
		return 1
	case (r.Kind == Span || r.Kind == Objects) && r.Blocks > 0:
		return float64(r.Live) / float64(r.Blocks)
	}
	return 0
}

// Class is a line of the legend.
type Class struct {
	Class               int
	Size                uint64
	Spans, Blocks, Live uint64
}

// User is a line of the table of users.
type User struct {
	Slot  int
	State string
	Pid   int
	Since string // empty if unknown
}

// Heap is what is drawn. Sizes are bytes.
type Heap struct {
	Name, Backing        string
	InUse                bool // the picture may be of different moments
	Pages, RegionPages   uint64
	PageSize, DataOffset uint64
	Meta, Live, FreeData uint64 // they add up to Committed
	Committed, MaxSize   uint64
	LargestFree          uint64
	Classes              []Class
	LargeBlocks          uint64
	LargeBytes           uint64
	Objects              uint64 // locks, semaphores, barriers
	ObjectBytes          uint64
	Users                []User
	UsersMax             int
	Runs                 iter.Seq[Run] // in the order of their pages
}
