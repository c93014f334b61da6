package backing

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// noSpace explains why a file could not be made larger.
func (f *File) noSpace(op string, wanted uint64, err error) error {
	switch {
	case errors.Is(err, unix.EOPNOTSUPP):
		return fmt.Errorf("usarena: %s: %s: this file system cannot reserve space; use tmpfs, ext4 or xfs: %w: %w", op, f.Name.Given, errs.FileSystem, err)
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT), errors.Is(err, unix.EFBIG), errors.Is(err, unix.ENOMEM):
	default:
		return f.fail(op, err)
	}
	there, cure := "", ""
	if errors.Is(err, unix.EFBIG) {
		there = f.limits()
	} else if avail, total, known := f.space(); known {
		there = fmt.Sprintf(", %s of %s available", humanize.IBytes(avail), humanize.IBytes(total))
		cure = f.cure(total)
	}
	return fmt.Errorf("usarena: %s: %s: wanted %s (%d bytes)%s%s: %w: %w", op, f.Name.Given, humanize.IBytes(wanted), wanted, there, cure, errs.NoSpace, err)
}

// limits says how long a file may get; the kernel does not tell whose limit it
// was.
func (f *File) limits() string {
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &lim); err != nil || int64(lim.Cur) < 0 {
		return ", more than this file system can hold in one file"
	}
	return fmt.Sprintf(", this process may make files of %s (ulimit -f)", humanize.IBytes(lim.Cur))
}

// dockerShm is what containers get as /dev/shm unless they ask for more.
const dockerShm = 64 << 20

func (f *File) cure(total uint64) string {
	if !strings.HasPrefix(f.place, shmDir+"/") {
		return ""
	}
	if total <= dockerShm {
		return "; " + shmDir + " is small, as containers have it: start them with docker run --shm-size=1g (Kubernetes: a memory-backed emptyDir on " + shmDir + "), or use a file elsewhere"
	}
	return "; enlarge it with mount -o remount,size=… " + shmDir
}

// space is what the file system has left for us, and has in all. known is false
// where it does not say, as for a memfd or a tmpfs without limit.
func (f *File) space() (avail, total uint64, known bool) {
	st, err := fstatfs(f.fd)
	if err != nil || st.Blocks == 0 {
		return 0, 0, false
	}
	unit := uint64(st.Bsize)
	return st.Bavail * unit, st.Blocks * unit, true
}

func fstatfs(fd int) (st unix.Statfs_t, err error) {
	err = retry(func() error { return statfs(fd, &st) })
	return st, err
}

// statfs is a variable so that tests can pretend to be on any file system.
var statfs = unix.Fstatfs
