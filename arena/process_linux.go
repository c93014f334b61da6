package arena

import (
	"bytes"
	"hash/fnv"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// identity is what the user table says about a process. People read it; nothing
// is decided by it.
type identity struct {
	start, pidns, boot uint64
}

// whoAmI is looked up once: the files of /proc cost more than all the rest of
// joining.
var whoAmI = sync.OnceValue(func() identity {
	defer whoAmIKnown.Store(true)
	var me identity
	var buf [512]byte
	me.start = startOf(readProc("/proc/self/stat", buf[:]))
	var st unix.Stat_t
	if unix.Stat("/proc/self/ns/pid", &st) == nil {
		me.pidns = uint64(st.Ino)
	}
	if id := readProc("/proc/sys/kernel/random/boot_id", buf[:]); len(id) > 0 {
		h := fnv.New64a()
		h.Write(bytes.TrimSpace(id))
		me.boot = h.Sum64()
	}
	return me
})

// whoAmIKnown is set once that has happened.
var whoAmIKnown atomic.Bool

// readProc reads a short file with three system calls.
func readProc(path string, buf []byte) []byte {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, buf)
	if err != nil {
		return nil
	}
	return buf[:n]
}

// startOf takes the start time, in clock ticks since boot, out of a line of
// /proc/PID/stat: field 22, counted behind the command's closing parenthesis
// because a command may contain spaces.
func startOf(stat []byte) uint64 {
	_, rest, ok := bytes.Cut(stat[max(bytes.LastIndexByte(stat, ')'), 0):], []byte(") "))
	if !ok {
		return 0
	}
	fields := bytes.Fields(rest)
	if len(fields) < 20 {
		return 0
	}
	t, _ := strconv.ParseUint(string(fields[19]), 10, 64)
	return t
}
