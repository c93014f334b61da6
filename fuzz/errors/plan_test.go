//go:build linux && (amd64 || 386)

package errors_test

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"usarena/internal/invariants"
)

// call is one system call of an operation.
type call struct {
	Name string // with the command, where the call is many in one
	Site string // function of the project that made it, where the stack tells
}

// untold is the site where a stack does not tell. Then the thread that does the
// operation tells what belongs to it.
const untold = "?"

func (c call) String() string { return c.Name + " in " + c.Site }

// plan says which call of an operation fails, and with what.
type plan struct {
	nth   int // 1 is the first; 0: none
	errno unix.Errno
	stays bool // and all calls of that name after it
	kills bool // it does not fail: the process is killed before it
	lacks []lack
}

// lack is something that a kernel or a file system cannot do at all.
type lack struct {
	name  string
	errno unix.Errno
}

// Errors that every call that takes a path may give, and every call that makes
// something on a disk.
var (
	pathErrnos = []unix.Errno{unix.EACCES, unix.ENOMEM, unix.ELOOP}
	diskErrnos = []unix.Errno{unix.ENOSPC, unix.EDQUOT, unix.EROFS, unix.EPERM}
)

// errnos lists what each call may give on a local file system. Calls that are
// not listed cannot fail, or are none of an arena's.
var errnos = map[string][]unix.Errno{
	"open":              append([]unix.Errno{unix.EMFILE, unix.ENFILE, unix.EINTR, unix.EROFS, unix.EPERM}, pathErrnos...),
	"open O_TMPFILE":    append([]unix.Errno{unix.EMFILE, unix.ENFILE, unix.EINTR, unix.EOPNOTSUPP, unix.EISDIR}, append(diskErrnos, pathErrnos...)...),
	"open O_CREAT":      append([]unix.Errno{unix.EMFILE, unix.ENFILE, unix.EINTR, unix.EEXIST}, append(diskErrnos, pathErrnos...)...),
	"fstat":             {unix.ENOMEM, unix.EACCES},
	"stat":              pathErrnos,
	"fstatfs":           {unix.ENOMEM, unix.EINTR, unix.ENOSYS},
	"readlink":          append([]unix.Errno{unix.EINVAL}, pathErrnos...),
	"fcntl F_OFD_SETLK": {unix.ENOLCK, unix.EAGAIN, unix.EACCES, unix.EINTR, unix.ENOMEM},
	"fcntl F_OFD_GETLK": {unix.ENOLCK, unix.EINTR, unix.ENOMEM},
	"fcntl F_DUPFD":     {unix.EMFILE, unix.ENOMEM},
	"fcntl F_ADD_SEALS": {unix.EPERM, unix.EBUSY},
	"fcntl F_GET_SEALS": {unix.EINVAL},
	"flock":             {unix.EAGAIN, unix.EINTR, unix.ENOLCK},
	"mmap":              {unix.ENOMEM, unix.EAGAIN, unix.EACCES, unix.EPERM, unix.ENFILE},
	"mmap NOREPLACE":    {unix.EEXIST, unix.ENOMEM, unix.EAGAIN, unix.EACCES, unix.EPERM, unix.ENFILE},
	"mremap":            {unix.ENOMEM, unix.EAGAIN, unix.EFAULT},
	"munmap":            {unix.ENOMEM},
	"mprotect":          {unix.ENOMEM, unix.EACCES},
	"madvise":           {unix.ENOMEM, unix.EINVAL, unix.EAGAIN},
	"fallocate":         {unix.ENOSPC, unix.EDQUOT, unix.ENOMEM, unix.EINTR, unix.EFBIG, unix.EPERM, unix.EOPNOTSUPP},
	"ftruncate":         {unix.EINTR, unix.EFBIG, unix.EPERM, unix.ENOSPC, unix.ENOMEM, unix.EDQUOT},
	"link":              append([]unix.Errno{unix.EEXIST, unix.EMLINK, unix.EINTR}, append(diskErrnos, pathErrnos...)...),
	"rename":            append([]unix.Errno{unix.EBUSY, unix.EINTR}, append(diskErrnos, pathErrnos...)...),
	"renameat2":         append([]unix.Errno{unix.EEXIST, unix.EINVAL, unix.ENOSYS, unix.EINTR}, append(diskErrnos, pathErrnos...)...),
	"unlink":            append([]unix.Errno{unix.EBUSY, unix.EROFS, unix.EPERM, unix.EINTR}, pathErrnos...),
	"fchmod":            {unix.EPERM, unix.EROFS, unix.EINTR, unix.ENOMEM},
	"pread":             {unix.EINTR, unix.EIO, unix.ENOMEM, unix.EFAULT},
	"pwrite":            {unix.EINTR, unix.EIO, unix.ENOSPC, unix.EDQUOT, unix.EFBIG},
	"read":              {unix.EINTR, unix.EIO, unix.EAGAIN},
	"write":             {unix.EINTR, unix.EAGAIN},
	"getdents":          {unix.ENOMEM, unix.EIO},
	"close":             {unix.EINTR, unix.EIO, unix.ENOSPC, unix.EDQUOT},
	"memfd_create":      {unix.EMFILE, unix.ENFILE, unix.ENOMEM, unix.EACCES, unix.EPERM},
	"eventfd":           {unix.EMFILE, unix.ENFILE, unix.ENOMEM, unix.ENODEV},
	"futex wait":        {unix.EINTR, unix.EAGAIN, unix.ETIMEDOUT, unix.ENOMEM, unix.EFAULT},
	"futex wake":        {unix.EFAULT, unix.ENOMEM},
	"shmget":            {unix.ENOMEM, unix.ENOSPC, unix.EEXIST, unix.EACCES},
	"shmat":             {unix.ENOMEM, unix.EACCES},
	"shmdt":             {unix.EINVAL},
	"shmctl STAT":       {unix.EACCES, unix.EFAULT}, // not EIDRM: it would be a lie
	"shmctl SET":        {unix.EPERM, unix.EFAULT},
	"shmctl RMID":       {unix.EPERM},
	"membarrier":        {unix.EPERM, unix.ENOMEM, unix.EINVAL},
}

// done are the calls that have done their work when they fail.
func (c call) done() bool { return c.Name == "close" }

// unmaps says that memory stays mapped when the call fails. Builds with the
// invariants tag map over what they give back.
func (c call) unmaps() bool {
	return c.Name == "munmap" || c.Name == "shmdt" || invariants.Enabled && c.Name == "mmap"
}

// again says that a caller does right to make the call again, so that nobody
// should see the error.
func (c call) again(errno unix.Errno) bool {
	return errno == unix.EINTR || errno == unix.EAGAIN && strings.HasPrefix(c.Name, "futex")
}

// means says that the errno is an answer to the call's question, which the
// operation may tell in other words: the lock is another's, the name is taken.
func (c call) means(errno unix.Errno) bool {
	switch c.Name {
	case "fcntl F_OFD_SETLK", "flock":
		return errno == unix.EAGAIN || errno == unix.EACCES
	case "link", "shmget":
		return errno == unix.EEXIST
	}
	return false
}

// forGood says that the call may fail so from then on. Not so what is right to
// try again, and what takes away a name: the name stays. Nor the lock without which
// nobody may take it away.
func (c call) forGood(errno unix.Errno) bool {
	return !c.again(errno) && !c.means(errno) && errno != unix.EAGAIN && c.Name != "unlink" && !strings.HasSuffix(c.Site, "alone.flock") && c.Name != "shmctl RMID" && c.Name != "stat"
}

// tally counts what failed, for the report.
type tally struct {
	runs, shown, absorbed int
	by                    map[string]map[unix.Errno]int
	sites                 map[call]bool
}

func (y *tally) add(c call, errno unix.Errno, shown bool) {
	if y.by == nil {
		y.by, y.sites = map[string]map[unix.Errno]int{}, map[call]bool{}
	}
	if y.by[c.Name] == nil {
		y.by[c.Name] = map[unix.Errno]int{}
	}
	y.by[c.Name][errno]++
	y.sites[c] = true
	if y.runs++; shown {
		y.shown++
	} else {
		y.absorbed++
	}
}

func (y *tally) String() string {
	var lines []string
	pairs := 0
	for name, m := range y.by {
		var parts []string
		for errno, n := range m {
			parts = append(parts, fmt.Sprintf("%s %d", unix.ErrnoName(errno), n))
		}
		pairs += len(m)
		slices.Sort(parts)
		lines = append(lines, fmt.Sprintf("  %s: %s", name, strings.Join(parts, ", ")))
	}
	slices.Sort(lines)
	return fmt.Sprintf("%d failures of %d calls with %d pairs of call and errno at %d places: %d shown, %d absorbed\n%s",
		y.runs, len(y.by), pairs, len(y.sites), y.shown, y.absorbed, strings.Join(lines, "\n"))
}
