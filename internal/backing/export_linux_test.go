package backing

import "golang.org/x/sys/unix"

// Each of these changes one call to the system until undo.

// NoTmpfile makes file systems that have no nameless files.
func NoTmpfile() (undo func()) {
	old := openTmpfile
	openTmpfile = func(string) (int, error) { return -1, unix.EOPNOTSUPP }
	return func() { openTmpfile = old }
}

// NoRenameat2 makes file systems that cannot rename without replacing.
func NoRenameat2() (undo func()) {
	old := renameat2
	renameat2 = func(int, string, int, string, uint) error { return unix.EINVAL }
	return func() { renameat2 = old }
}

// OnFileSystem pretends that every file is on a file system of that type.
func OnFileSystem(magic uint32) (undo func()) {
	old := statfs
	statfs = func(fd int, st *unix.Statfs_t) error {
		err := old(fd, st)
		setType(&st.Type, magic)
		return err
	}
	return func() { statfs = old }
}

// OnFallocate calls f before each fallocate; an error is the result.
func OnFallocate(f func(off, n int64) error) (undo func()) {
	old := fallocate
	fallocate = func(fd int, mode uint32, off, n int64) error {
		if err := f(off, n); err != nil {
			return err
		}
		return old(fd, mode, off, n)
	}
	return func() { fallocate = old }
}

// SHMDir moves POSIX shared memory objects to another directory.
func SHMDir(dir string) (undo func()) {
	old := shmDir
	shmDir = dir
	return func() { shmDir = old }
}

// TempPrefix begins the names of incomplete files.
const TempPrefix = tempPrefix

// Magics are all types of file system that are refused.
func Magics() (all []uint32) {
	for m := range unusable {
		all = append(all, m)
	}
	return all
}

func setType[T int32 | int64](at *T, magic uint32) { *at = T(int32(magic)) }

// NoHoles makes file systems that know no holes.
func NoHoles() (undo func()) {
	old := seek
	seek = func(fd int, at int64, whence int) (int64, error) {
		end, err := old(fd, 0, unix.SEEK_END)
		if err == nil && at >= end {
			err = unix.ENXIO
		}
		if whence == unix.SEEK_DATA {
			end = at
		}
		return end, err
	}
	return func() { seek = old }
}
