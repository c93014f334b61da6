package backing

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"usarena/arena/segment"
	"usarena/internal/errs"
)

// Kind is the family of backings a name belongs to.
type Kind int

// The kinds of backing.
const (
	KindFile  Kind = iota // a regular file
	KindSHM               // a POSIX shared memory object
	KindMemfd             // anonymous memory, reachable by descriptor only
	KindSysV              // a System V segment
)

// String is the kind as people know it.
func (k Kind) String() string {
	switch k {
	case KindFile:
		return "file"
	case KindSHM:
		return "shm"
	case KindMemfd:
		return "memfd"
	case KindSysV:
		return "sysv"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Name is a parsed name of an arena.
type Name struct {
	Kind  Kind
	Path  string // of the file, or of the lock file of a System V arena; of another process's descriptor; "" for what has no name
	Key   uint32 // of a System V segment, 0 private
	Given string // as typed, for messages
}

// Anonymous says that nothing but a descriptor or an identifier leads to what is made
// under the name.
func (n Name) Anonymous() bool { return n.Path == "" }

// Borrowed says that the name is a descriptor of some process, /proc/PID/fd/N: the
// only way from outside to what is anonymous. Nothing can be made there.
func (n Name) Borrowed() bool { return n.Kind == KindMemfd && !n.Anonymous() }

var descriptor = regexp.MustCompile(`^/proc/(self|[0-9]+)/fd/[0-9]+$`)

// String is the name as it was typed.
func (n Name) String() string { return n.Given }

const (
	shmPrefix  = "shm:"
	sysvPrefix = "sysv:"
	memfdName  = "memfd:"
	zeroName   = "/dev/zero" // how IRIX programs ask for anonymous memory
	nameMax    = 255         // of one path component, in bytes
)

// CompanionPrefix begins the names of lock files of System V arenas; the key follows, as
// in 0x1234.
const CompanionPrefix = segment.ShmDir + companionBase

const companionBase = "/usarena-sysv-"

// shmDir is where the C library keeps POSIX shared memory objects. A variable
// for tests only.
var shmDir = segment.ShmDir

// Parse sorts a name by its kind. It does not look whether anything is there. A
// name that cannot be one is errs.Invalid.
func Parse(name string) (Name, error) {
	bad := func(format string, args ...any) (Name, error) {
		return Name{}, errs.Wrap(errs.Invalid, "name", "%q: %s", name, fmt.Sprintf(format, args...))
	}
	switch {
	case name == "":
		return bad("an arena needs a name, such as /tmp/arena, shm:/arena or memfd:")
	case strings.IndexByte(name, 0) >= 0:
		return bad("a name holds no zero byte")
	case name == memfdName || name == zeroName:
		return Name{Kind: KindMemfd, Given: name}, nil
	case strings.HasPrefix(name, memfdName):
		return bad("an anonymous arena has no name of its own, write %q", memfdName)
	case descriptor.MatchString(name):
		return Name{Kind: KindMemfd, Path: name, Given: name}, nil
	case strings.HasPrefix(name, shmPrefix):
		return parseSHM(name, bad)
	case strings.HasPrefix(name, sysvPrefix):
		return parseSysV(name, bad)
	case strings.HasSuffix(name, "/"):
		return bad("a name that ends in a slash is a directory's")
	}
	return Name{Kind: KindFile, Path: name, Given: name}, nil
}

// parseSHM follows what shm_open of the C library accepts, but insists on the
// leading slash: without it the meaning differs between systems.
func parseSHM(name string, bad func(string, ...any) (Name, error)) (Name, error) {
	obj := name[len(shmPrefix):]
	switch {
	case !strings.HasPrefix(obj, "/"):
		return bad("a shared memory object's name begins with a slash, as in shm:/arena")
	case strings.Contains(obj[1:], "/"):
		return bad("a shared memory object's name has one slash, at its beginning")
	case obj == "/" || obj == "/." || obj == "/..":
		return bad("nothing follows the slash that could be a name")
	case len(obj)-1 > nameMax:
		return bad("%d bytes after the slash, at most %d", len(obj)-1, nameMax)
	}
	return Name{Kind: KindSHM, Path: shmDir + obj, Given: name}, nil
}

// parseSysV reads a key as people write it: decimal or 0x….
func parseSysV(name string, bad func(string, ...any) (Name, error)) (Name, error) {
	text := name[len(sysvPrefix):]
	if text == "private" {
		return Name{Kind: KindSysV, Given: name}, nil
	}
	digits, base := text, 10
	if hex, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok {
		digits, base = hex, 16
	}
	key, err := strconv.ParseInt(digits, base, 64)
	switch {
	case err != nil:
		return bad("the key of a System V segment is a number such as 0x1234 or 4660, or private")
	case key == 0:
		return bad("the key 0 makes a segment that no key leads to, write sysv:private")
	case key < -1<<31 || key > 1<<32-1:
		return bad("a key has 32 bits")
	}
	return Name{Kind: KindSysV, Path: fmt.Sprintf("%s%s%#x", shmDir, companionBase, uint32(key)), Key: uint32(key), Given: name}, nil
}
