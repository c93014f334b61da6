package scratch

import "syscall"

// ofItsOwn is a session that an interrupt at the terminal does not reach.
func ofItsOwn() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
