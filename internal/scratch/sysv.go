package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"usarena/arena"
	"usarena/arena/segment"
	"usarena/internal/backing"
)

// Keys of scratch arenas have their highest bit set; 22 bits of process id and 9 of a
// number follow.
const (
	sysvPrefix = "sysv:"

	keyBit uint32 = 1 << 31
)

// SysVName is the name of a System V segment that nobody has.
func SysVName() string {
	for {
		key := keyBit | uint32(os.Getpid())&(1<<22-1)<<9 | count.Add(1)&(1<<9-1)
		if _, err := segment.Get(segment.Key(key), 0, 0); errors.Is(err, fs.ErrNotExist) {
			return nameOf(key)
		}
	}
}

func nameOf(key uint32) string { return fmt.Sprintf("%s%#x", sysvPrefix, key) }

// SysVKey is the key in the name of a System V arena.
func SysVKey(name string) (key segment.Key, ok bool) {
	n, err := backing.Parse(name)
	return segment.Key(n.Key), err == nil && n.Kind == backing.KindSysV && n.Key != 0
}

// Path is the file behind an arena; of a System V segment, its lock file.
func Path(name string) string {
	if n, err := backing.Parse(name); err == nil && n.Path != "" {
		return n.Path
	}
	return name
}

// Unlink takes away what has that name, in use or not, as os.Remove does with a file.
func Unlink(name string) error {
	err := os.Remove(Path(name))
	if key, ok := SysVKey(name); ok {
		if s, gerr := segment.Get(key, 0, 0); gerr == nil {
			err = errors.Join(err, s.Remove())
		}
	}
	return err
}

// SweepSysV removes what killed runs have left: first whole arenas, as far as nobody
// uses them, then segments that no process has attached.
func SweepSysV() {
	gone := func(key uint32) bool {
		_, err := os.Stat(fmt.Sprintf("/proc/%d", key&^keyBit>>9))
		return key&keyBit != 0 && errors.Is(err, fs.ErrNotExist)
	}
	all, _ := filepath.Glob(backing.CompanionPrefix + "0x*")
	for _, path := range all {
		var key uint32
		if _, err := fmt.Sscanf(path, backing.CompanionPrefix+"0x%x", &key); err == nil && gone(key) {
			arena.Remove(nameOf(key))
		}
	}
	segments, _ := segment.List()
	for _, st := range segments {
		if st.Attached == 0 && gone(uint32(st.Key)) {
			Unlink(nameOf(uint32(st.Key)))
		}
	}
}
