package main

import (
	"io/fs"
	"syscall"
)

// allocated is how many bytes a file takes, holes left out.
func allocated(f fs.FileInfo) uint64 {
	if st, ok := f.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Blocks) * 512
	}
	return uint64(f.Size())
}

// inodeOf is a file's number in its file system.
func inodeOf(f fs.FileInfo) uint64 {
	st, ok := f.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return st.Ino
}
