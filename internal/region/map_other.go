//go:build !linux

package region

import (
	"errors"

	"usarena/internal/layout"
)

// Options of Map.
type Options struct {
	Name     string
	Addr     uint64
	ReadOnly bool
	Reserve  Reserver
	Need     uint64
}

// Map needs Linux.
func Map(int, layout.Geometry, Options) (*Region, error) { return nil, errors.ErrUnsupported }

// Bury has nothing to do.
func (r *Region) Bury([]uint64) (release func(), err error) { return func() {}, nil }
