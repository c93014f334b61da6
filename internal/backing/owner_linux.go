package backing

import (
	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// ForeignIn reports that the file may be a trap: it is in a directory where
// anybody may create files and belongs neither to this process's user nor to
// root.
func (f *File) ForeignIn() (bool, error) {
	if f.place == "" || f.uid == 0 || f.uid == uint32(unix.Geteuid()) {
		return false, nil
	}
	open, err := openToAll(parent(f.place))
	if err != nil {
		return false, f.fail("look up", err)
	}
	return open, nil
}

// CheckOwner is errs.ForeignOwner where ForeignIn is true. Whoever is about to
// use a file as if this program had made it asks first; a Join by permissions
// does not.
func (f *File) CheckOwner() error {
	foreign, err := f.ForeignIn()
	if err != nil || !foreign {
		return err
	}
	return errs.Wrap(errs.ForeignOwner, "open", "%s belongs to user %d, we are user %d, and anybody may create files in %s; use Join if that user is trusted",
		f.Name.Given, f.uid, unix.Geteuid(), parent(f.place))
}
