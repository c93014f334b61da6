//go:build !linux

package scratch

import "syscall"

func ofItsOwn() *syscall.SysProcAttr { return nil }
