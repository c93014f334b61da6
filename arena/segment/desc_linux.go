//go:build amd64 || arm64

package segment

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// attachTimes are the times of the last attach, detach and change, in seconds.
func attachTimes(d *unix.SysvShmDesc) [3]int64 { return [3]int64{d.Atime, d.Dtime, d.Ctime} }

func setMode(d *unix.SysvShmDesc, perm fs.FileMode) { d.Perm.Mode = d.Perm.Mode&^0o777 | uint32(perm) }
