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
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		dir = os.TempDir()
	}
	return filepath.Join(dir, fmt.Sprintf("usarena-%s-%d-", what, os.Getpid()))
}

// Create makes an arena for what and returns with it the function that closes
// and removes it. What killed runs left over is removed first. MaxSize 0 is Room.
func Create(what string, cfg config.Config) (*arena.Arena, func() error, error) {
	if cfg.MaxSize == 0 {
		cfg.MaxSize = Room
	}
	sweep(what)
	name := fmt.Sprint(Prefix(what), count.Add(1))
	a, err := arena.Create(name, &cfg)
	if err != nil {
		return nil, nil, err
	}
	return a, func() error { return errors.Join(a.Close(), os.Remove(name)) }, nil
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
