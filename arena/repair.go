package arena

import (
	"usarena/info"
	"usarena/internal/backing"
)

// Repair makes a damaged arena sound again, as far as its words still prove what
// it was: blocks whose words agree stay where they are with what is in them,
// pages that nothing explains are kept as blocks, hints are rebuilt, and all
// slots, locks and half-done operations become what the death of their users
// would have made of them. What was changed and what could not be saved is in the
// result; IRIX had nothing like it.
//
// The arena may have no live user: ErrBusy. The repair is made in a copy, which
// the checker must call sound; only then the copy takes the name, and the file as
// it was keeps another one beside it (Repaired.Copy), so there must be room for
// both. Killed at any point, the name leads to the one or to the other. No other
// System V segment can take the place of one: what differs is written into it, and
// the copy is a file beside its lock file; killed meanwhile, it is half repaired. A sound
// arena is left alone. ErrCorrupt and ErrTruncated mean that too little is left:
// nothing has changed then.
func Repair(name string) (info.Repaired, error) {
	n, err := backing.Parse(name)
	if err != nil {
		return info.Repaired{}, err
	}
	return repairFile(n)
}
