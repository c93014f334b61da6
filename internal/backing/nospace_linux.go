package backing

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// withinLimit refuses what goes beyond the process's limit on file sizes. The
// kernel would refuse it as well, but with a signal that ends a Go program.
func (f *File) withinLimit(op string, end uint64) error {
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &lim); err == nil && end > lim.Cur {
		return fmt.Errorf("usarena: %s: %s: the file would be %s long, this process may write up to %s (ulimit -f): %w: %w",
			op, f.Name.Given, humanize.IBytes(end), humanize.IBytes(lim.Cur), errs.NoSpace, unix.EFBIG)
	}
	if int64(end) < 0 {
		return errs.Wrap(errs.NoSpace, op, "%s: the file would be %d bytes long", f.Name.Given, end)
	}
	return nil
}

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
	if avail, total, known := f.space(); known {
		there = fmt.Sprintf(", %s of %s available", humanize.IBytes(avail), humanize.IBytes(total))
		cure = f.cure(total)
	}
	return fmt.Errorf("usarena: %s: %s: wanted %s (%d bytes)%s%s: %w: %w", op, f.Name.Given, humanize.IBytes(wanted), wanted, there, cure, errs.NoSpace, err)
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
