//go:build linux

package errors_test

import (
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// nrs are the calls that may be made to fail, by number.
var nrs = map[uint64]string{
	unix.SYS_OPENAT: "open", unix.SYS_FSTAT: "fstat", unix.SYS_NEWFSTATAT: "stat", unix.SYS_STAT: "stat", unix.SYS_LSTAT: "stat",
	unix.SYS_FSTATFS: "fstatfs", unix.SYS_READLINKAT: "readlink", unix.SYS_FCNTL: "fcntl", unix.SYS_FLOCK: "flock",
	unix.SYS_MMAP: "mmap", unix.SYS_MREMAP: "mremap", unix.SYS_MUNMAP: "munmap", unix.SYS_MPROTECT: "mprotect", unix.SYS_MADVISE: "madvise",
	unix.SYS_FALLOCATE: "fallocate", unix.SYS_FTRUNCATE: "ftruncate", unix.SYS_LINKAT: "link", unix.SYS_LINK: "link", unix.SYS_RENAME: "rename",
	unix.SYS_RENAMEAT: "rename", unix.SYS_RENAMEAT2: "renameat2", unix.SYS_UNLINK: "unlink", unix.SYS_UNLINKAT: "unlink", unix.SYS_FCHMOD: "fchmod",
	unix.SYS_PREAD64: "pread", unix.SYS_PWRITE64: "pwrite", unix.SYS_READ: "read", unix.SYS_WRITE: "write", unix.SYS_GETDENTS64: "getdents",
	unix.SYS_CLOSE: "close", unix.SYS_MEMFD_CREATE: "memfd_create", unix.SYS_EVENTFD2: "eventfd", unix.SYS_FUTEX: "futex", unix.SYS_MEMBARRIER: "membarrier",
	unix.SYS_SHMGET: "shmget", unix.SYS_SHMAT: "shmat", unix.SYS_SHMDT: "shmdt", unix.SYS_SHMCTL: "shmctl",
}

const sysMark = unix.SYS_GETPPID

func number(r *unix.PtraceRegs) uint64     { return r.Orig_rax }
func args(r *unix.PtraceRegs) [4]uint64    { return [4]uint64{r.Rdi, r.Rsi, r.Rdx, r.R10} }
func keep(r *unix.PtraceRegs)              { r.Orig_rax = ^uint64(0) }
func fail(r *unix.PtraceRegs, errno int64) { r.Rax = uint64(-errno) }
func pc(r *unix.PtraceRegs) uintptr        { return uintptr(r.Rip) }

// site is the function of the project that is making a call, "" if there is
// none: the stack has the return address on top, then a chain of frames.
func site(tid int, r *unix.PtraceRegs) string {
	peek := func(at uint64) uint64 {
		var b [8]byte
		if n, err := unix.PtracePeekData(tid, uintptr(at), b[:]); err != nil || n < len(b) {
			return 0
		}
		v := uint64(0)
		for i := len(b) - 1; i >= 0; i-- {
			v = v<<8 | uint64(b[i])
		}
		return v
	}
	pcs := []uintptr{uintptr(peek(r.Rsp))}
	for bp := r.Rbp; bp != 0 && len(pcs) < 40; {
		pcs = append(pcs, uintptr(peek(bp+8)))
		up := peek(bp)
		if up <= bp {
			break
		}
		bp = up
	}
	frames := runtime.CallersFrames(pcs)
	for {
		f, more := frames.Next()
		if name, ok := strings.CutPrefix(f.Function, "usarena/"); ok && !strings.HasPrefix(name, "internal/worker") {
			if strings.HasPrefix(name, "fuzz/") {
				return ""
			}
			name, _, _ = strings.Cut(name, ".func")
			return name
		}
		if !more {
			return ""
		}
	}
}
