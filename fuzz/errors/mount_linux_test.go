package errors_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// disks are small file systems, made at a directory.
var disks = map[string]struct {
	mib   int
	mount func(dir string, mib int) error
}{
	"tmpfs": {4, func(dir string, mib int) error {
		return unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", mib))
	}},
	"ext4": {16, mountImage},
}

// mountImage makes an ext4 in a file without a name and mounts it. The kernel
// gives the loop device back with the last use of it.
func mountImage(dir string, mib int) error {
	if _, err := exec.LookPath("mkfs.ext4"); err != nil {
		return err
	}
	f, err := os.CreateTemp("", "usarena-disk-")
	if err != nil {
		return err
	}
	defer f.Close()
	defer os.Remove(f.Name())
	if err := f.Truncate(int64(mib) << 20); err != nil {
		return err
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", f.Name()).CombinedOutput(); err != nil {
		return fmt.Errorf("mkfs.ext4: %w: %s", err, out)
	}
	control, err := os.OpenFile("/dev/loop-control", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer control.Close()
	for range 100 { // somebody else may take the same one
		n, err := unix.IoctlRetInt(int(control.Fd()), unix.LOOP_CTL_GET_FREE)
		if err != nil {
			return fmt.Errorf("free loop device: %w", err)
		}
		name := fmt.Sprintf("/dev/loop%d", n)
		dev, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer dev.Close()
		c := unix.LoopConfig{Fd: uint32(f.Fd()), Info: unix.LoopInfo64{Flags: unix.LO_FLAGS_AUTOCLEAR}}
		if err = unix.IoctlLoopConfigure(int(dev.Fd()), &c); err == unix.EBUSY {
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return unix.Mount(name, dir, "ext4", 0, "")
	}
	return errors.New("no loop device is free for long enough")
}
