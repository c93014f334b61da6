package region

import (
	"golang.org/x/sys/unix"

	"usarena/internal/layout"
)

// MapWindow maps as Map does where address space is too short for more than a
// window of so many pages.
func MapWindow(fd int, g layout.Geometry, window uint64) (*Region, error) {
	r := &Region{Geo: g, Name: "test"}
	return r, r.mapWindow(fd, window, unix.PROT_READ|unix.PROT_WRITE, 0)
}

// RaceEnabled says that the race detector does the atomic operations: a fault in
// one of those ends the process, armed or not.
const RaceEnabled = raceEnabled
