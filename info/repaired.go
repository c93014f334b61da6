package info

// Repaired is what a repair did. The lists hold at most a thousand entries each;
// More counts the rest.
type Repaired struct {
	Sound    bool      `json:"sound"`    // nothing was wrong, nothing was changed
	Copy     string    `json:"copy"`     // name of the file as it was; empty if sound
	Users    int       `json:"users"`    // users that had died or had damaged slots; all slots are free now
	Blocks   uint64    `json:"blocks"`   // allocated now, salvaged stretches included
	Bytes    uint64    `json:"bytes"`    // of these
	Changed  uint64    `json:"changed"`  // words that are not what they were
	Changes  []Change  `json:"changes"`  // which
	Salvaged []Salvage `json:"salvaged"` // pages of nobody knows what, kept as blocks
	Lost     []Finding `json:"lost"`     // what could not be saved
	More     uint64    `json:"more"`     // entries left out above
}

// Change is one word that a repair changed.
type Change struct {
	Kind   string `json:"kind"`   // one of the Kind constants, or KindHint
	Offset uint64 `json:"offset"` // of the word
	Was    uint64 `json:"was"`
	Is     uint64 `json:"is"`
	Detail string `json:"detail"` // what it says now, where that is not plain
}

// Salvage is a stretch of pages that holds data while no word says what it is. It
// is one block of nobody now, which can be read and freed.
type Salvage struct {
	Offset uint64 `json:"offset"`
	Pages  uint64 `json:"pages"`
	Detail string `json:"detail"`
}

// Kinds of Change and of what was lost, besides those of findings.
const (
	KindHint    = "hint"    // a word that decides nothing
	KindContent = "content" // data that is gone
	KindRoot    = "root"    // the first datum
)

// Saved says that everything was saved.
func (r *Repaired) Saved() bool { return len(r.Lost) == 0 && len(r.Salvaged) == 0 }
