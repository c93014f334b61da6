package scratch

import (
	"errors"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"

	"usarena/arena"
	"usarena/config"
)

// Room is the ceiling of a scratch arena that nobody sized: 2 GiB, of which only
// what is touched exists, or what fits a 32-bit process.
const Room = config.Size(1 << (29 + bits.UintSize/64*2))

var count atomic.Uint32

// Prefix is how the names of this process's arenas for what begin.
func Prefix(what string) string {
	dir := "/dev/shm"
	if st, err := os.Stat(dir); err != nil || !st.IsDir() || Where == "file" {
		dir = os.TempDir()
	}
	return filepath.Join(dir, fmt.Sprintf("usarena-%s-%d-", what, os.Getpid()))
}

// Where is what scratch arenas lie on: "" for a file on /dev/shm, "file" for one in the
// directory for temporary files, or "shm", "sysv" or "memfd". To be set before the first
// Create.
var Where string

// Places are what Where may be.
var Places = []string{"", "tmpfs", "file", "shm", "sysv", "memfd"}

// Create makes an arena for what and returns with it the function that closes
// and removes it. What killed runs left over is removed first. MaxSize 0 is Room. In a
// System V segment, which cannot grow, MaxSize is there from the start, but its pages
// are not reserved unless somebody sized it.
func Create(what string, cfg config.Config) (*arena.Arena, func() error, error) {
	sized := cfg.MaxSize != 0
	if !sized {
		cfg.MaxSize = max(Room, cfg.Size)
	}
	if Where == "memfd" {
		a, forget, err := Anonymous(&cfg)
		if err != nil {
			return nil, nil, err
		}
		return a, func() error { return errors.Join(a.Close(), forget()) }, nil
	}
	name := ""
	if Where == "sysv" {
		SweepSysV()
		name = SysVName()
		if !cfg.NoAutoGrow {
			cfg.Size, cfg.NoReserve = cfg.MaxSize, cfg.NoReserve || !sized
		}
	} else {
		sweep(what)
		name = fmt.Sprint(Prefix(what), count.Add(1))
		if Where == "shm" {
			name = "shm:/" + filepath.Base(name)
		}
	}
	a, err := arena.Create(name, &cfg)
	if err != nil {
		return nil, nil, err
	}
	return a, func() error { return errors.Join(a.Close(), Unlink(name)) }, nil
}

// sweep removes arenas of runs that were killed: no process has the id in the
// name, and nobody is attached, which Remove makes sure of.
func sweep(what string) {
	mine := Prefix(what)
	all, err := filepath.Glob(strings.TrimSuffix(mine, fmt.Sprintf("%d-", os.Getpid())) + "*-*")
	if err != nil {
		return
	}
	for _, name := range all {
		var pid, n int
		tail := name[strings.LastIndex(name[:strings.LastIndexByte(name, '-')], "-")+1:]
		if _, err := fmt.Sscanf(tail, "%d-%d", &pid, &n); err != nil || pid <= 0 || pid == os.Getpid() {
			continue
		}
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = arena.Remove(name) // somebody else may be faster, or use it
		}
	}
}
