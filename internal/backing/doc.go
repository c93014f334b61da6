// Package backing is the file beneath an arena: it finds it by name, opens it
// safely, makes it so that it has a name only when it is complete, and makes
// room in it so that no later store can fail.
//
// Trust: whatever a name leads to may be anything (a directory, a FIFO, another
// user's file, a network file system) and may be exchanged at any time. So what
// counts is looked up on the descriptor, not on the path, and before a name is
// acted upon SamePath tells whether it still leads here. The bytes of the file
// are not looked at.
//
// Nouns. A Name is what a user typed, sorted by kind. A File is one open
// description of one inode, with device and inode noted. The place of a file is
// its path with the symbolic links of the last component resolved.
//
// Creating: a nameless file, fill, permissions, link. A creator that dies before
// the link leaves nothing, one that dies after it leaves a complete arena.
// Growing: fallocate, which is idempotent and never shrinks. Nothing here ever
// makes a file shorter.
//
// A System V segment has a lock file beside it, the companion, which is the File; the
// bytes are the segment's (companion_linux.go, sysv_linux.go, halfmade_linux.go,
// lost_linux.go, sysvio_linux.go). A Matcher makes one file like another one.
//
// Reading order: name.go, file_linux.go, open_linux.go, place_linux.go,
// owner_linux.go, create_linux.go, temp_linux.go, publish_linux.go,
// unlink_linux.go, reopen_linux.go, io_linux.go, copy_linux.go, match_linux.go,
// views_linux.go, space_linux.go, nospace_linux.go, fs_linux.go.
package backing
