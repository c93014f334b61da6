package backing

import (
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// SamePath reports whether the name still leads to this file. For an anonymous
// one it always does.
func (f *File) SamePath() (bool, error) {
	if f.place == "" {
		return true, nil
	}
	var st unix.Stat_t
	switch err := retry(func() error { return unix.Lstat(f.place, &st) }); err {
	case nil:
		return uint64(st.Dev) == f.dev && uint64(st.Ino) == f.ino, nil
	case unix.ENOENT, unix.ENOTDIR:
		return false, nil
	default:
		return false, f.fail("look up", err)
	}
}

// Unlink removes the name; who has the file open keeps it. A name that leads
// elsewhere by now is left alone: fs.ErrNotExist. An anonymous file has no name
// to remove.
func (f *File) Unlink() error {
	if f.place == "" {
		return nil
	}
	same, err := f.SamePath()
	if err != nil {
		return err
	}
	if !same {
		return f.fail("unlink", fmt.Errorf("the name no longer leads to this arena: %w", fs.ErrNotExist))
	}
	if f.seg != nil {
		return f.unlinkSegment()
	}
	if err := retry(func() error { return unix.Unlink(f.place) }); err != nil {
		return f.fail("unlink", err)
	}
	return nil
}
