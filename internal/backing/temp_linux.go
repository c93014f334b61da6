package backing

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// tempPrefix begins the names of files that are not complete. Whoever has such a
// file open holds a flock on it, so that one without is known to be left over.
const tempPrefix = ".usarena-new-"

func tempName(place string) string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return parent(place) + tempPrefix + hex.EncodeToString(b[:])
}

// temporary opens a new empty file under a name that nobody guesses.
func temporary(op string, n Name, place string) (*File, string, error) {
	sweep(parent(place))
	var err error
	for range maxTries {
		tmp, fd := tempName(place), -1
		err = retry(func() (err error) {
			fd, err = unix.Open(tmp, unix.O_CREAT|unix.O_EXCL|unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0o600)
			return
		})
		if err == unix.EEXIST {
			continue
		}
		if err != nil {
			return nil, "", fmt.Errorf("usarena: %s: %s: %w", op, n.Given, err)
		}
		if err = claimTemp(fd); err != nil {
			unix.Close(fd)
			unix.Unlink(tmp)
			continue
		}
		f, err := adopt(op, fd, n, place)
		if err != nil {
			unix.Unlink(tmp)
			return nil, "", err
		}
		return f, tmp, nil
	}
	return nil, "", fmt.Errorf("usarena: %s: %s: no temporary file could be made: %w", op, n.Given, err)
}

// claimTemp takes the flock that says "in use". ENOENT: somebody swept the file
// in the instant before.
func claimTemp(fd int) error {
	if err := flock(fd); err != nil {
		return err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Nlink == 0 {
		return unix.ENOENT
	}
	return nil
}

func flock(fd int) error {
	return retry(func() error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
}

// sweep removes what creators that died have left in dir. It only runs before a
// temporary name is used, and leaves alone what it is not sure of.
func sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) && e.Type().IsRegular() {
			sweepOne(dir + e.Name())
		}
	}
}

func sweepOne(path string) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	var open, named unix.Stat_t
	if unix.Fstat(fd, &open) != nil || open.Uid != uint32(unix.Geteuid()) || open.Nlink != 1 || flock(fd) != nil {
		return
	}
	if unix.Lstat(path, &named) == nil && named.Dev == open.Dev && named.Ino == open.Ino {
		unix.Unlink(path)
	}
}
