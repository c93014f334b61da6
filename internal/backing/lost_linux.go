package backing

import (
	"os"

	"usarena/arena/segment"
	"usarena/internal/errs"
)

// RemoveLost removes the segment of a System V arena whose lock file is gone, which
// nobody can join any more: errs.Busy if somebody has it attached, as the kernel knows.
// why is what Open has said, and what is said where this is something else.
func RemoveLost(n Name, why error) error {
	seg, err := segment.Get(segment.Key(n.Key), 0, 0)
	if err != nil || headerIn(seg) == nil {
		return why
	}
	// A maker makes the lock file first.
	if _, err := os.Lstat(n.Path); !os.IsNotExist(err) {
		return why
	}
	st, err := seg.Stat()
	if err != nil {
		return err
	}
	if st.Attached > 0 {
		return errs.Wrap(errs.Busy, "remove", "%s: its lock file %s is gone, and it is attached %d times: end its users", n.Given, n.Path, st.Attached)
	}
	return seg.Remove()
}
