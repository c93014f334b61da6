package us

import (
	"usarena/alloc"
	"usarena/arena"
)

// Malloc allocates size bytes; see arena.Malloc. IRIX: usmalloc.
func Malloc(size uint64, a *arena.Arena) (arena.Offset, error) { return a.Malloc(size) }

// Calloc allocates n zeroed objects of size bytes; see arena.Calloc. IRIX:
// uscalloc.
func Calloc(n, size uint64, a *arena.Arena) (arena.Offset, error) { return a.Calloc(n, size) }

// Memalign allocates size bytes at a multiple of align, a power of two; see
// arena.Memalign. IRIX: usmemalign.
func Memalign(align, size uint64, a *arena.Arena) (arena.Offset, error) {
	return a.Memalign(align, size)
}

// Realloc changes the size of a block, which may move. p == 0 allocates, size ==
// 0 frees; see arena.Realloc. IRIX: usrealloc.
func Realloc(p arena.Offset, size uint64, a *arena.Arena) (arena.Offset, error) {
	return a.Realloc(p, size)
}

// Recalloc is Realloc to n objects of size bytes with new bytes zeroed; see
// arena.Recalloc. IRIX: usrecalloc.
func Recalloc(p arena.Offset, n, size uint64, a *arena.Arena) (arena.Offset, error) {
	return a.Recalloc(p, n, size)
}

// Free gives a block back; 0 is fine. On IRIX a wrong offset is undefined, here
// it is an error that changes nothing; see arena.Free. IRIX: usfree.
func Free(p arena.Offset, a *arena.Arena) error {
	if err := given("free", a); err != nil {
		return err
	}
	return a.Free(p)
}

// MallocBlkSize is the usable size of a block in bytes. IRIX: usmallocblksize.
func MallocBlkSize(p arena.Offset, a *arena.Arena) (uint64, error) { return a.BlockSize(p) }

// Mallopt sets an option (M_…) of this process's allocator for the arena.
// arena.ErrInvalid for an unknown one. IRIX: usmallopt.
func Mallopt(cmd alloc.Option, value int, a *arena.Arena) error { return a.Mallopt(cmd, value) }

// Mallinfo counts blocks and bytes in the arena. IRIX: usmallinfo.
func Mallinfo(a *arena.Arena) alloc.Mallinfo { return a.Mallinfo() }
