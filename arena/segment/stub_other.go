//go:build !linux

package segment

import (
	"errors"
	"io/fs"
)

var errNone = errors.ErrUnsupported

// LowerBoundary is that of Linux.
var LowerBoundary = uintptr(4096)

// Seals, of Linux.
const (
	SealSeal = 1 << iota
	SealShrink
	SealGrow
	SealWrite
)

// All of these need Linux.

func OpenPOSIX(string, int, fs.FileMode) (*Segment, error)     { return nil, errNone }
func OpenFile(string, int, fs.FileMode) (*Segment, error)      { return nil, errNone }
func NewMemfd(string, int64) (*Segment, error)                 { return nil, errNone }
func UnlinkPOSIX(string) error                                 { return errNone }
func Get(Key, uint64, int) (*Segment, error)                   { return nil, errNone }
func ByID(int) (*Segment, error)                               { return nil, errNone }
func Ftok(string, int) (Key, error)                            { return 0, errNone }
func SystemLimits() (Limits, error)                            { return Limits{}, errNone }
func SystemUsage() (Usage, error)                              { return Usage{}, errNone }
func List() ([]Stat, error)                                    { return nil, errNone }
func Address([]byte) uintptr                                   { return 0 }
func (s *Segment) Attach(uintptr, AttachFlags) ([]byte, error) { return nil, errNone }
func (s *Segment) Detach([]byte) error                         { return errNone }
func (s *Segment) Extend(int64) error                          { return errNone }
func (s *Segment) ReadAt([]byte, int64) (int, error)           { return 0, errNone }
func (s *Segment) WriteAt([]byte, int64) (int, error)          { return 0, errNone }
func (s *Segment) Stat() (Stat, error)                         { return Stat{}, errNone }
func (s *Segment) Size() (uint64, error)                       { return 0, errNone }
func (s *Segment) SetOwner(uid, gid uint32) error              { return errNone }
func (s *Segment) SetMode(fs.FileMode) error                   { return errNone }
func (s *Segment) Lock() error                                 { return errNone }
func (s *Segment) Unlock() error                               { return errNone }
func (s *Segment) Seal(int) error                              { return errNone }
func (s *Segment) Remove() error                               { return errNone }
func (s *Segment) Close() error                                { return nil }
