package info

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// ownNS is the inode of this process's PID namespace, 0 if unknown.
var ownNS = sync.OnceValue(func() uint64 {
	var st unix.Stat_t
	if unix.Stat("/proc/self/ns/pid", &st) != nil {
		return 0
	}
	return uint64(st.Ino)
})

// stopped says that a user's process is stopped, by a signal or a debugger. It
// knows only processes of its own PID namespace. start tells a process from a
// later one of the same number.
func (m *image) stopped(pid int, start, ns uint64) bool {
	if pid <= 0 || ns != 0 && ns != ownNS() {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The command before the last parenthesis may contain anything. State and
	// start time are fields 3 and 22.
	f := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(f) < 20 || f[0][0] != 'T' && f[0][0] != 't' {
		return false
	}
	if ns == 0 { // it has not described itself yet
		return m.mappedBy(pid)
	}
	began, err := strconv.ParseUint(string(f[19]), 10, 64)
	return err == nil && began == start
}

// mappedBy says that a process has mapped this arena's file.
func (m *image) mappedBy(pid int) bool {
	if m.ino == 0 {
		return false
	}
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	file := fmt.Sprintf(" %02x:%02x %d ", unix.Major(m.dev), unix.Minor(m.dev), m.ino)
	return err == nil && bytes.Contains(maps, []byte(file))
}
