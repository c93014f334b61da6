//go:build !linux

package halt

import "errors"

// Process is one process.
type Process struct {
	Pid   int
	Start uint64
}

// Halted are processes that stand still.
type Halted struct{}

// New is for nothing.
func New(bool) *Halted { return nil }

// Stop needs Linux.
func (*Halted) Stop(Process) error { return errors.ErrUnsupported }

// Resume has nothing to do.
func (*Halted) Resume() error { return nil }
