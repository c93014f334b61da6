package backing

import (
	"fmt"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// unusable lists the file systems on which an arena would not work, by the type
// that statfs reports, with the reason in words.
var unusable = map[uint32]string{
	unix.NFS_SUPER_MAGIC:     "NFS" + notShared,
	unix.SMB_SUPER_MAGIC:     "SMB" + notShared,
	unix.SMB2_SUPER_MAGIC:    "SMB" + notShared,
	unix.CIFS_SUPER_MAGIC:    "CIFS" + notShared,
	unix.V9FS_MAGIC:          "9P" + notShared,
	unix.CEPH_SUPER_MAGIC:    "Ceph" + notShared,
	unix.AFS_SUPER_MAGIC:     "AFS" + notShared,
	unix.AFS_FS_MAGIC:        "AFS" + notShared,
	unix.CODA_SUPER_MAGIC:    "Coda" + notShared,
	unix.NCP_SUPER_MAGIC:     "NCP" + notShared,
	unix.OCFS2_SUPER_MAGIC:   "OCFS2" + notShared,
	0x01161970:               "GFS2" + notShared,
	0x0bd00bd0:               "Lustre" + notShared,
	0x47504653:               "GPFS" + notShared,
	0x19830326:               "BeeGFS" + notShared,
	0x20030528:               "OrangeFS" + notShared,
	0xaad7aaea:               "PanFS" + notShared,
	0x61636673:               "ACFS" + notShared,
	0x786f4256:               "a VirtualBox shared folder" + notShared,
	0xbacbacbc:               "a VMware shared folder" + notShared,
	0x7c7c6673:               "a Parallels shared folder" + notShared,
	unix.FUSE_SUPER_MAGIC:    "FUSE, whose mappings and locks depend on a user program",
	unix.HOSTFS_SUPER_MAGIC:  "hostfs" + notShared,
	unix.HUGETLBFS_MAGIC:     "hugetlbfs, whose pages are larger than an arena's",
	unix.PROC_SUPER_MAGIC:    "proc" + notFiles,
	unix.SYSFS_MAGIC:         "sysfs" + notFiles,
	unix.CGROUP_SUPER_MAGIC:  "cgroup" + notFiles,
	unix.CGROUP2_SUPER_MAGIC: "cgroup" + notFiles,
	unix.DEBUGFS_MAGIC:       "debugfs" + notFiles,
	unix.TRACEFS_MAGIC:       "tracefs" + notFiles,
	unix.SECURITYFS_MAGIC:    "securityfs" + notFiles,
	unix.BPF_FS_MAGIC:        "bpf" + notFiles,
}

const (
	notShared = ", where memory and locks are not shared with other machines"
	notFiles  = ", which holds no ordinary files"
)

// CheckFileSystem is errs.FileSystem if fd is on a file system where a shared
// mapping or a kernel lock does not do what an arena needs. what is the name for
// messages.
func CheckFileSystem(fd int, what string) error {
	st, err := fstatfs(fd)
	if err != nil {
		return fmt.Errorf("usarena: file system: %s: %w", what, err)
	}
	// The field is signed and has different widths; the magic has 32 bits.
	if why, bad := unusable[uint32(st.Type)]; bad {
		return errs.Wrap(errs.FileSystem, "file system", "%s is on %s; use a local file, or shm:/name", what, why)
	}
	return nil
}
