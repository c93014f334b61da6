package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"sync/atomic"

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
// and removes it. A file of that name can only be left over from a process of
// the same id that was killed, so it is replaced. MaxSize 0 is Room.
func Create(what string, cfg config.Config) (*arena.Arena, func() error, error) {
	if cfg.MaxSize == 0 {
		cfg.MaxSize = Room
	}
	name := fmt.Sprint(Prefix(what), count.Add(1))
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	a, err := arena.Create(name, &cfg)
	if err != nil {
		return nil, nil, err
	}
	return a, func() error { return errors.Join(a.Close(), os.Remove(name)) }, nil
}
