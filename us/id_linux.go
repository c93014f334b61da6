package us

import (
	"os"
	"syscall"

	"usarena/internal/backing"
)

// idOf is the file that name leads to now, if any.
func idOf(name string) (fileID, bool) {
	n, err := backing.Parse(name)
	if err != nil || n.Path == "" {
		return fileID{}, false
	}
	fi, err := os.Stat(n.Path)
	if err != nil {
		return fileID{}, false
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}, false
	}
	return fileID{uint64(st.Dev), st.Ino}, true
}
