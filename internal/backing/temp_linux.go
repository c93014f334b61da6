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
	for range maxTries {
		tmp, fd := tempName(place), -1
		err := retry(func() (err error) {
			fd, err = unix.Open(tmp, unix.O_CREAT|unix.O_EXCL|unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0o600)
			return
		})
		if err == unix.EEXIST {
			continue
		}
		if err != nil {
			return nil, "", fmt.Errorf("usarena: %s: %s: %w", op, n.Given, err)
		}
		if !claimTemp(fd) {
			unix.Close(fd) // somebody swept it in the instant before the flock
			continue
		}
		f, err := adopt(op, fd, n, place)
		if err != nil {
			unix.Unlink(tmp)
			return nil, "", err
		}
		return f, tmp, nil
	}
	return nil, "", fmt.Errorf("usarena: %s: %s: no temporary name is free: %w", op, n.Given, unix.EEXIST)
}

// claimTemp takes the flock that says "in use" and reports that the file still
// has its name.
func claimTemp(fd int) bool {
	var st unix.Stat_t
	return flock(fd) == nil && unix.Fstat(fd, &st) == nil && st.Nlink > 0
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
