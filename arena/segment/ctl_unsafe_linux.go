package segment

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// shmctl is the call with any of its structures.
func shmctl(id, cmd int, p unsafe.Pointer) (int, error) {
	n, _, errno := unix.Syscall(unix.SYS_SHMCTL, uintptr(id), uintptr(cmd), uintptr(p))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// SystemLimits are the system's limits for System V segments (IPC_INFO).
func SystemLimits() (Limits, error) {
	var b struct {
		max, min, mni, seg, all uintptr
		_                       [4]uintptr
	}
	if _, err := shmctl(0, ipcInfo, unsafe.Pointer(&b)); err != nil {
		return Limits{}, fail("limits", "System V", err)
	}
	return Limits{uint64(b.min), uint64(b.max), uint64(b.mni), uint64(b.all), uint64(b.seg)}, nil
}

// info is what SHM_INFO gives, and the highest index in use, -1 if none is.
func info() (u Usage, highest int, err error) {
	var b struct {
		ids           int32
		tot, rss, swp uintptr
		_             [2]uintptr
	}
	highest, err = shmctl(0, shmInfo, unsafe.Pointer(&b))
	if err == nil && b.ids == 0 {
		highest = -1
	}
	return Usage{uint64(b.ids), uint64(b.tot), uint64(b.rss), uint64(b.swp)}, highest, fail("usage", "System V", err)
}

// SystemUsage is what System V segments take (SHM_INFO).
func SystemUsage() (Usage, error) {
	u, _, err := info()
	return u, err
}

// descs calls f with each segment of this IPC namespace, also those that this process
// may not read (SHM_STAT_ANY; before Linux 4.17 only the others, SHM_STAT), until f
// says stop.
func descs(f func(id int, d *unix.SysvShmDesc) (more bool)) error {
	_, highest, err := info()
	for i := 0; err == nil && i <= highest; i++ {
		var d unix.SysvShmDesc
		id, err := shmctl(i, shmStatAny, unsafe.Pointer(&d))
		if errors.Is(err, unix.EINVAL) {
			id, err = shmctl(i, shmStat, unsafe.Pointer(&d))
		}
		if err == nil && !f(id, &d) {
			break
		}
	}
	return err
}

// List is all System V segments of this IPC namespace, those included that this
// process may not attach.
func List() (all []Stat, err error) {
	err = descs(func(id int, d *unix.SysvShmDesc) bool {
		all = append(all, statOf(id, d))
		return true
	})
	return all, err
}

// anyDesc is what the kernel says of a segment without a look at permissions.
func anyDesc(id int) (found unix.SysvShmDesc, err error) {
	any := false
	err = descs(func(i int, d *unix.SysvShmDesc) bool {
		if any = i == id; any {
			found = *d
		}
		return !any
	})
	if err == nil && !any {
		err = fail("stat", fmt.Sprintf("shmid %d", id), unix.EACCES)
	}
	return found, err
}
