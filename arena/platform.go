package arena

import (
	"io/fs"

	"usarena/internal/layout"
	"usarena/internal/robust"
)

// store is the file beneath an arena; *backing.File.
type store interface {
	FD() int
	ID() (dev, ino uint64)
	Size() (uint64, error)
	SizeAtFirst() uint64
	ReadHeader([]byte) (int, error)
	Reserve([]layout.Piece) error
	SamePath() (bool, error)
	Companion() layout.Identity
	Segmented() bool
	Attach(addr uintptr, readOnly bool) ([]byte, error)
	Reopen(readonly bool) (int, error)
	Unlink() error
	Chmod(fs.FileMode) error
	Close() error
}

// lifeline is what an attachment's life hangs on; *liveness.Keeper.
type lifeline interface {
	robust.Oracle
	Take(slot int) (bool, error)
	Release() error
	Quit() error
	Close() error
}
