package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"usarena/arena"
	"usarena/arena/segment"
)

// Keys of scratch arenas have their highest bit set; 22 bits of process id and 9 of a
// number follow.
const (
	sysvPrefix = "sysv:"
	companion  = segment.ShmDir + "/usarena-sysv-"

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
	var k uint32
	if text, ok := strings.CutPrefix(name, sysvPrefix+"0x"); !ok {
		return 0, false
	} else if _, err := fmt.Sscanf(text, "%x", &k); err != nil {
		return 0, false
	}
	return segment.Key(k), true
}

// Path is the file behind an arena; of a System V segment, its lock file.
func Path(name string) string {
	if key, ok := SysVKey(name); ok {
		return fmt.Sprintf("%s%#x", companion, uint32(key))
	}
	if object, ok := strings.CutPrefix(name, "shm:/"); ok {
		return filepath.Join(segment.ShmDir, object)
	}
	return name
}

// ReadHeader is the first n bytes of an arena.
func ReadHeader(name string, n int) (b []byte, err error) {
	b = make([]byte, n)
	if key, ok := SysVKey(name); ok {
		var s *segment.Segment
		if s, err = segment.Get(key, 0, 0); err == nil {
			_, err = s.ReadAt(b, 0)
		}
		return b, err
	}
	f, err := os.Open(Path(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	_, err = f.ReadAt(b, 0)
	return b, err
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
	all, _ := filepath.Glob(companion + "0x*")
	for _, path := range all {
		var key uint32
		if _, err := fmt.Sscanf(path, companion+"0x%x", &key); err == nil && gone(key) {
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
