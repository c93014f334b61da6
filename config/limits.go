package config

import "io/fs"

// Limits. Those that follow from the file format are repeated here because this
// package knows nothing of it; a test compares them.
const (
	MinSize        Size = 4 << 10   // smallest Size
	MaxArena       Size = 256 << 30 // largest MaxSize
	MaxShare32     Size = 2 << 30   // largest MaxSize with Share32
	MaxUsers            = 10000     // most Users
	AttachMultiple      = 4096      // of which AttachAddr is a multiple
)

// Defaults.
const (
	DefaultSize      Size        = 64 << 10
	DefaultSizeFixed Size        = 16 << 20 // of a System V segment
	DefaultMaxSize   Size        = 16 << 30
	DefaultMaxSize32 Size        = 1 << 30 // with Share32
	DefaultUsers                 = 8
	DefaultMode      fs.FileMode = 0o600
)
