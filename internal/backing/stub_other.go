//go:build !linux

package backing

import (
	"errors"
	"io/fs"

	"usarena/internal/layout"
)

// File needs Linux; on other systems none is ever made.
type File struct{ Name Name }

// Create needs Linux.
func Create(Name, fs.FileMode, func(*File) error) (*File, error) { return nil, errors.ErrUnsupported }

// Replace needs Linux.
func Replace(Name, fs.FileMode, func(*File) error) (*File, error) { return nil, errors.ErrUnsupported }

// Open needs Linux.
func Open(Name, bool) (*File, error) { return nil, errors.ErrUnsupported }

// FromFD needs Linux.
func FromFD(int, Name) (*File, error) { return nil, errors.ErrUnsupported }

// CheckFileSystem needs Linux.
func CheckFileSystem(int, string) error { return errors.ErrUnsupported }

// The methods exist so that callers compile.

// FD is no descriptor.
func (f *File) FD() int { return -1 }

// Place is unknown.
func (f *File) Place() string { return "" }

// ID is unknown.
func (f *File) ID() (dev, ino uint64) { return 0, 0 }

// Owner is unknown.
func (f *File) Owner() uint32 { return 0 }

// Reopen needs Linux.
func (f *File) Reopen(bool) (int, error) { return -1, errors.ErrUnsupported }

// Segmented is false.
func (f *File) Segmented() bool { return false }

// Attach needs Linux.
func (f *File) Attach(uintptr, bool) ([]byte, error) { return nil, errors.ErrUnsupported }

// Allot needs Linux.
func (f *File) Allot(uint64) error { return errors.ErrUnsupported }

// Companion is none.
func (f *File) Companion() layout.Identity { return layout.Identity{} }

// SamePath needs Linux.
func (f *File) SamePath() (bool, error) { return false, errors.ErrUnsupported }

// ForeignIn needs Linux.
func (f *File) ForeignIn() (bool, error) { return false, errors.ErrUnsupported }

// CheckOwner needs Linux.
func (f *File) CheckOwner() error { return errors.ErrUnsupported }

// Unlink needs Linux.
func (f *File) Unlink() error { return errors.ErrUnsupported }

// Chmod needs Linux.
func (f *File) Chmod(fs.FileMode) error { return errors.ErrUnsupported }

// Seal needs Linux.
func (f *File) Seal() error { return errors.ErrUnsupported }

// Size needs Linux.
func (f *File) Size() (uint64, error) { return 0, errors.ErrUnsupported }

// SizeAtFirst needs Linux.
func (f *File) SizeAtFirst() uint64 { return 0 }

// Truncate needs Linux.
func (f *File) Truncate(uint64) error { return errors.ErrUnsupported }

// Reserve needs Linux.
func (f *File) Reserve([]layout.Piece) error { return errors.ErrUnsupported }

// ReadHeader needs Linux.
func (f *File) ReadHeader([]byte) (int, error) { return 0, errors.ErrUnsupported }

// WriteAt needs Linux.
func (f *File) WriteAt([]byte, int64) (int, error) { return 0, errors.ErrUnsupported }

// Close does nothing.
func (f *File) Close() error { return nil }
