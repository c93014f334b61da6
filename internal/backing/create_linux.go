package backing

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// Create makes the file that n names. fill is called on the file before it has a
// name and makes it complete; then it gets the permissions perm, whatever the
// umask, and its name, in one step. fs.ErrExist if the name is taken, whatever it
// leads to: nothing is overwritten, and fill may have run in vain. When fill
// fails, its error is returned and nothing is left behind.
func Create(n Name, perm fs.FileMode, fill func(f *File) error) (*File, error) {
	return create("create", n, perm, fill, false)
}

// Replace is Create, but puts the new file in the place of a regular file that
// is there. Who has the old one open keeps it: the caller makes sure that nobody
// has.
func Replace(n Name, perm fs.FileMode, fill func(f *File) error) (*File, error) {
	return create("replace", n, perm, fill, true)
}

func create(op string, n Name, perm fs.FileMode, fill func(f *File) error, replace bool) (*File, error) {
	var f *File
	if n.Borrowed() {
		return nil, errs.Wrap(errs.Invalid, op, "%s is a descriptor of a process, where nothing can be made", n.Given)
	}
	place, tmp := "", ""
	var err error
	switch n.Kind {
	case KindMemfd:
		f, err = newMemfd(op, n)
	case KindSysV:
		f, tmp, err = newCompanion(op, n, replace)
	case KindFile, KindSHM:
		if place, _, err = resolve(op, n); err != nil {
			return nil, err
		}
		if err = mayCreate(op, n, place, replace); err != nil {
			return nil, err
		}
		f, tmp, err = nameless(op, n, place)
	default:
		err = unsupported(op, n)
	}
	if err != nil {
		return nil, err
	}
	f.building, f.tmp = true, tmp
	err = fill(f)
	if err == nil {
		err = f.Chmod(perm)
	}
	switch {
	case err != nil:
	case n.Kind == KindSysV:
		err = f.commit()
	case place != "":
		err = f.publish(op, tmp, replace)
	}
	if err != nil {
		f.undo()
		f.Close()
		return nil, err
	}
	f.building = false
	return f, nil
}

// undo takes away what a creation that failed has made.
func (f *File) undo() {
	if f.seg != nil {
		f.seg.Remove()
	}
	if f.named {
		unix.Unlink(f.place)
	}
	if f.tmp != "" {
		unix.Unlink(f.tmp)
	}
}

// mayCreate answers early, before space is taken, what publish would answer
// late. A name that appears in between is met there.
func mayCreate(op string, n Name, place string, replace bool) error {
	err := mustBeRegular(op, n, place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case replace:
		return err
	case err == nil || errors.Is(err, errs.NotArena):
		return exists(op, n)
	}
	return err
}

func exists(op string, n Name) error {
	return fmt.Errorf("usarena: %s: %s: %w", op, n.Given, unix.EEXIST)
}

// nameless opens a new empty file in place's directory. Where the file system
// cannot make one without a name, tmp is the name it has for the time being.
func nameless(op string, n Name, place string) (f *File, tmp string, err error) {
	fd := -1
	err = retry(func() (err error) {
		fd, err = openTmpfile(parent(place))
		return
	})
	switch err {
	case nil:
		f, err = adopt(op, fd, n, place)
		return f, "", err
	case unix.EOPNOTSUPP, unix.EISDIR, unix.EINVAL:
		return temporary(op, n, place)
	}
	if err == unix.ENOENT || err == unix.ENOTDIR {
		err = fmt.Errorf("directory %s: %w", parent(place), err)
	}
	return nil, "", fmt.Errorf("usarena: %s: %s: %w", op, n.Given, err)
}

// openTmpfile is a variable so that tests can do as a file system that has no
// nameless files.
var openTmpfile = func(dir string) (int, error) {
	return unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
}

// newMemfd makes anonymous memory that can be sealed.
func newMemfd(op string, n Name) (*File, error) {
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd := -1
	make := func(flags int) error {
		return retry(func() (err error) { fd, err = unix.MemfdCreate("usarena", flags); return })
	}
	err := make(flags)
	if err == unix.EACCES || err == unix.EPERM {
		// Where the administrator forbids executable memfds one must say so.
		err = make(flags | unix.MFD_NOEXEC_SEAL)
	}
	if err != nil {
		return nil, fmt.Errorf("usarena: %s: %s: %w", op, n.Given, err)
	}
	return adopt(op, fd, n, "")
}
