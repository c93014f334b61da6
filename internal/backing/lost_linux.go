package backing

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"usarena/arena/segment"
	"usarena/internal/errs"
)

// noCompanion says what a System V name without a companion leads to.
func noCompanion(op string, n Name) error {
	none := fmt.Errorf("usarena: %s: %s: %w", op, n.Given, unix.ENOENT)
	seg, err := segment.Get(segment.Key(n.Key), 0, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return none
	}
	if err != nil {
		return fmt.Errorf("usarena: %s: %s: %w", op, n.Given, err)
	}
	var st unix.Stat_t
	if unix.Lstat(n.Path, &st) == nil {
		return none // it was just made: whoever tries again finds it
	}
	if headerIn(seg) != nil {
		return errs.Wrap(errs.Corrupt, op, "%s: the arena's lock file %s is gone, and without it nobody can tell who lives: end its users (usarena sysv stat -i %d counts them), then usarena sysv rm -i %d",
			n.Given, n.Path, seg.ID(), seg.ID())
	}
	return errs.Wrap(errs.NotArena, op, "%s: shmid %d is another program's segment", n.Given, seg.ID())
}

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
