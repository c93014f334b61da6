package backing

import "golang.org/x/sys/unix"

// publish gives the finished file its name. tmp is the name it has so far, ""
// for none.
func (f *File) publish(op string, tmp string, replace bool) error {
	var err error
	switch {
	case tmp == "" && !replace:
		err = f.link(f.place)
	case tmp == "":
		err = f.linkOver()
	case replace:
		err = retry(func() error { return unix.Rename(tmp, f.place) })
	default:
		err = rename(tmp, f.place)
	}
	if err == unix.EEXIST {
		return exists(op, f.Name)
	}
	if err != nil {
		return f.fail(op, err)
	}
	if (tmp != "" || replace) && f.Name.Kind != KindSysV {
		unix.Flock(f.fd, unix.LOCK_UN)
	}
	return nil
}

func (f *File) link(to string) error {
	return retry(func() error {
		return unix.Linkat(unix.AT_FDCWD, procPath(f.fd), unix.AT_FDCWD, to, unix.AT_SYMLINK_FOLLOW)
	})
}

// linkOver replaces what is there: a link cannot, a rename can, and needs a name
// to start from.
func (f *File) linkOver() error {
	err := f.link(f.place)
	if err != unix.EEXIST {
		return err
	}
	sweep(parent(f.place))
	if err := flock(f.fd); err != nil {
		return err
	}
	tmp := tempName(f.place)
	if err := f.link(tmp); err != nil {
		return err
	}
	err = retry(func() error { return unix.Rename(tmp, f.place) })
	if err != nil {
		unix.Unlink(tmp)
	}
	return err
}

// rename moves a file to a name that must be free.
func rename(from, to string) error {
	err := retry(func() error {
		return renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	})
	if err != unix.EINVAL && err != unix.ENOSYS && err != unix.EOPNOTSUPP {
		return err
	}
	// This file system cannot; a hard link is as good, and leaves the old name.
	if err := retry(func() error { return unix.Link(from, to) }); err != nil {
		return err
	}
	err = retry(func() error { return unix.Unlink(from) })
	if err != nil {
		unix.Unlink(to) // who fails to create leaves nothing
	}
	return err
}

// renameat2 is a variable for tests, as openTmpfile.
var renameat2 = unix.Renameat2
