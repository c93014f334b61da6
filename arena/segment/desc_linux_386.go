package segment

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// attachTimes are the times of the last attach, detach and change, in seconds.
func attachTimes(d *unix.SysvShmDesc) [3]int64 {
	whole := func(high, low uint32) int64 { return int64(high)<<32 | int64(low) }
	return [3]int64{whole(d.Atime_high, d.Atime), whole(d.Dtime_high, d.Dtime), whole(d.Ctime_high, d.Ctime)}
}

func setMode(d *unix.SysvShmDesc, perm fs.FileMode) { d.Perm.Mode = d.Perm.Mode&^0o777 | uint16(perm) }
