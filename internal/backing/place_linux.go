package backing

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// resolve gives the place of n: absolute, and with symbolic links in the last
// component followed by hand, one by one. A link in a directory where anybody
// may create files is refused, because whoever put it there chooses which file
// we write to; the kernel's own protection (fs.protected_symlinks) may be off.
// The end of the links need not exist: its mode is then 0.
func resolve(op string, n Name) (place string, mode uint32, err error) {
	if place, err = absolute(n); err != nil {
		return "", 0, err
	}
	for range maxTries {
		var st unix.Stat_t
		err := retry(func() error { return unix.Lstat(place, &st) })
		if err == unix.ENOENT {
			return place, 0, nil
		}
		if err != nil {
			return "", 0, fmt.Errorf("usarena: %s: %s: %w", op, n.Given, err)
		}
		if st.Mode&unix.S_IFMT != unix.S_IFLNK {
			return place, st.Mode, nil
		}
		dir := parent(place)
		open, err := openToAll(dir)
		if err != nil {
			return "", 0, fmt.Errorf("usarena: %s: %s: %w", op, n.Given, err)
		}
		if open || n.Kind != KindFile {
			return "", 0, errs.Wrap(errs.ForeignOwner, op, "%s is a symbolic link of user %d in %s, where anybody may put one; name the file itself", n.Given, st.Uid, dir)
		}
		to, err := os.Readlink(place)
		if err != nil {
			return "", 0, fmt.Errorf("usarena: %s: %s: %w", op, n.Given, err)
		}
		if !filepath.IsAbs(to) {
			to = dir + to // not cleaned: ".." after a linked directory means its target's parent
		}
		place = to
	}
	return "", 0, fmt.Errorf("usarena: %s: %s: %w", op, n.Given, unix.ELOOP)
}

// absolute keeps a name's meaning when the process changes its directory.
func absolute(n Name) (string, error) {
	if filepath.IsAbs(n.Path) {
		return n.Path, nil
	}
	wd, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("usarena: name: %s: %w", n.Given, err)
	}
	return wd + "/" + n.Path, nil
}

// openToAll reports that anybody may create files in dir but not remove those
// of others, as in /tmp.
func openToAll(dir string) (bool, error) {
	var st unix.Stat_t
	if err := retry(func() error { return unix.Stat(dir, &st) }); err != nil {
		return false, fmt.Errorf("directory %s: %w", dir, err)
	}
	const sticky = unix.S_ISVTX | unix.S_IWOTH
	return st.Mode&sticky == sticky, nil
}

// parent is the directory of a place, spelled so that the kernel resolves it.
func parent(place string) string {
	dir, _ := filepath.Split(place)
	if dir == "" {
		return "."
	}
	return dir
}
