//go:build linux

package errors_test

import "golang.org/x/sys/unix"

// nrs are the calls that may be made to fail, by number.
var nrs = map[uint64]string{
	unix.SYS_OPENAT: "open", unix.SYS_FSTAT64: "fstat", unix.SYS_FSTATAT64: "stat", unix.SYS_STAT64: "stat", unix.SYS_LSTAT64: "stat",
	unix.SYS_FSTATFS64: "fstatfs", unix.SYS_READLINKAT: "readlink", unix.SYS_FCNTL64: "fcntl", unix.SYS_FLOCK: "flock",
	unix.SYS_MMAP2: "mmap", unix.SYS_MREMAP: "mremap", unix.SYS_MUNMAP: "munmap", unix.SYS_MPROTECT: "mprotect", unix.SYS_MADVISE: "madvise",
	unix.SYS_FALLOCATE: "fallocate", unix.SYS_FTRUNCATE64: "ftruncate", unix.SYS_LINKAT: "link", unix.SYS_LINK: "link", unix.SYS_RENAME: "rename",
	unix.SYS_RENAMEAT: "rename", unix.SYS_RENAMEAT2: "renameat2", unix.SYS_UNLINK: "unlink", unix.SYS_UNLINKAT: "unlink", unix.SYS_FCHMOD: "fchmod",
	unix.SYS_PREAD64: "pread", unix.SYS_PWRITE64: "pwrite", unix.SYS_READ: "read", unix.SYS_WRITE: "write", unix.SYS_GETDENTS64: "getdents",
	unix.SYS_CLOSE: "close", unix.SYS_MEMFD_CREATE: "memfd_create", unix.SYS_EVENTFD2: "eventfd", unix.SYS_FUTEX: "futex", unix.SYS_MEMBARRIER: "membarrier",
	unix.SYS_SHMGET: "shmget", unix.SYS_SHMAT: "shmat", unix.SYS_SHMDT: "shmdt", unix.SYS_SHMCTL: "shmctl",
}

const sysMark = unix.SYS_GETPPID

func number(r *unix.PtraceRegs) uint64 { return uint64(uint32(r.Orig_eax)) }
func args(r *unix.PtraceRegs) [4]uint64 {
	return [4]uint64{uint64(uint32(r.Ebx)), uint64(uint32(r.Ecx)), uint64(uint32(r.Edx)), uint64(uint32(r.Esi))}
}
func keep(r *unix.PtraceRegs)              { r.Orig_eax = -1 }
func fail(r *unix.PtraceRegs, errno int64) { r.Eax = int32(-errno) }
func pc(r *unix.PtraceRegs) uintptr        { return uintptr(uint32(r.Eip)) }

// site cannot be told: there is no chain of frames.
func site(int, *unix.PtraceRegs) string { return untold }
