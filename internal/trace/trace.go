package trace

// Kind says what an operation does. Its value is the letter in the file.
type Kind byte

// The operations of a trace.
const (
	Malloc   Kind = 'a'
	Memalign Kind = 'm'
	Realloc  Kind = 'r'
	Free     Kind = 'f'
)

// Limits of what Read accepts. They keep a damaged header from asking for
// memory that no operation will use.
const (
	MaxSize = 1 << 40 // bytes of one block
	MaxOps  = 1 << 28 // operations of one trace
)

// Op is one operation. Align is in bytes and only set for Memalign; Size is in
// bytes and not set for Free.
type Op struct {
	Kind  Kind
	ID    uint32
	Align uint64
	Size  uint64
}

// Trace is one recorded program.
type Trace struct {
	Name string // as given to Read
	Peak uint64 // most requested bytes that were live at once, counted, not copied from the header
	IDs  int    // ids are 0 … IDs-1
	Ops  []Op
	Left int // ids that are live when the trace ends
}
