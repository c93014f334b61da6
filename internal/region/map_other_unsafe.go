//go:build !linux

package region

import (
	"errors"
	"unsafe"

	"usarena/internal/layout"
)

// Options of Map.
type Options struct {
	Name     string
	Addr     uint64
	ReadOnly bool
	Reserve  Reserver
	Attach   func(addr uintptr, readOnly bool) ([]byte, error)
	Need     uint64
	Length   func() (uint64, error)
}

// Map needs Linux.
func Map(int, layout.Geometry, Options) (*Region, error) { return nil, errors.ErrUnsupported }

// Moved is a page that was buried.
type Moved struct {
	Off uint64
	At  unsafe.Pointer
}

// Bury has nothing to do.
func (r *Region) Bury([]uint64) (moved []Moved, release func(), err error) {
	return nil, func() {}, nil
}
