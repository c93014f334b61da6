//go:build !linux

package region

import "errors"

// Detach needs Linux.
func (r *Region) Detach(int) error { return errors.ErrUnsupported }

func readable(uintptr) bool { return false }
