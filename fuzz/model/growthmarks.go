package model

// Marks of the model of growth, by name in growthMarks.
const (
	hKill = iota
	hRoom
	hBegin
	hUse
	hReserve
	hCommit
)

var growthMarks = [...]Mark{
	hKill:    {"", "SIGKILL"},
	hRoom:    {"", "others take room of the file system, or give it back"},
	hBegin:   {"", "load Committed: there is too little"},
	hUse:     {"", "load Committed: pages up to there can be used"},
	hReserve: {"H1", "Grow: fallocate of a piece"},
	hCommit:  {"H2", "Grow: CAS Committed"},
}

// Lazy says which steps nobody need take.
func (Growth) Lazy(mark uint8) bool { return mark == hKill || mark == hRoom || mark == hBegin }
