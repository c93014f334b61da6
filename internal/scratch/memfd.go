package scratch

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"usarena/arena"
	"usarena/config"
)

// Anonymous makes an anonymous arena and joins it by a descriptor of this process, so
// that its name leads there in other processes, too. The descriptor, which forget
// closes, holds nothing but the memory.
func Anonymous(c *config.Config) (a *arena.Arena, forget func() error, err error) {
	if a, err = arena.Create("memfd:", c); err != nil {
		return nil, nil, err
	}
	cmd := exec.Command("")
	if err = errors.Join(a.Command(cmd), a.Close()); err != nil {
		return nil, nil, err
	}
	fd := cmd.ExtraFiles[0]
	name := fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), fd.Fd())
	if c != nil && c.AttachAddr != 0 {
		a, err = arena.Init(name, c)
	} else {
		a, err = arena.Join(name)
	}
	return a, fd.Close, err
}
