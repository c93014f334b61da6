package halt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// stat is what is of interest in /proc/PID/task/TID/stat.
type stat struct {
	state byte
	start uint64
}

func (s stat) stopped() bool { return s.state == 'T' || s.state == 't' }
func (s stat) dead() bool    { return s.state == 'Z' || s.state == 'X' }

func statOf(pid, tid int) (stat, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/stat", pid, tid))
	if errors.Is(err, unix.ESRCH) {
		err = os.ErrNotExist
	}
	if err != nil {
		return stat{}, err
	}
	// The command before the last parenthesis may contain anything. State and start
	// time are fields 3 and 22.
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(f) < 20 {
		return stat{}, os.ErrNotExist
	}
	start, err := strconv.ParseUint(string(f[19]), 10, 64)
	return stat{f[0][0], start}, err
}

// tasks lists the threads of a process.
func tasks(pid int) (tids []int, err error) {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, e := range entries {
		if tid, err := strconv.Atoi(e.Name()); err == nil {
			tids = append(tids, tid)
		}
	}
	return tids, err
}
