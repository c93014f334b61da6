package arena

import (
	"usarena/alloc"
)

// Malloc allocates n bytes, contents undefined, at a multiple of 16. n == 0
// gives a distinct offset that must be freed as well. A full arena is
// ErrNoSpace, after dead users were looked for. The block belongs to this user:
// if it dies, the block is listed as its orphan (or freed, with
// config.ReclaimOnDeath); if it closes, the block stays an ordinary block of the
// arena. A page of the allocator's tables that the file has lost ends the process
// if a fast path meets it, and is ErrTruncated otherwise; see Guard.
// IRIX: usmalloc.
func (a *Arena) Malloc(n uint64) (Offset, error) {
	if a.heap == nil {
		return 0, a.refusal
	}
	return a.heap.Malloc(n)
}

// Calloc allocates n objects of size bytes each, zeroed. A product that
// overflows is ErrInvalid or ErrNoSpace. Otherwise as Malloc. IRIX: uscalloc.
func (a *Arena) Calloc(n, size uint64) (Offset, error) {
	if a.heap == nil {
		return 0, a.refusal
	}
	return a.heap.Calloc(n, size)
}

// Memalign allocates n bytes at a multiple of align, a power of two; ErrInvalid
// if it is none. Otherwise as Malloc. IRIX: usmemalign.
func (a *Arena) Memalign(align, n uint64) (Offset, error) {
	if a.heap == nil {
		return 0, a.refusal
	}
	return a.heap.Memalign(align, n)
}

// Realloc makes the block at p n bytes long and may move it. p == 0 is Malloc(n);
// n == 0 frees and gives 0. After an error the block is as it was. A process
// killed inside leaves the old block, the new one as its orphan, or both. IRIX:
// usrealloc.
func (a *Arena) Realloc(p Offset, n uint64) (Offset, error) {
	if a.heap == nil {
		return 0, a.refusal
	}
	return a.heap.Realloc(p, n)
}

// Recalloc is Realloc to n objects of size bytes, with the new bytes zeroed. It
// is exact for blocks that only ever came from Calloc and Recalloc. IRIX:
// usrecalloc.
func (a *Arena) Recalloc(p Offset, n, size uint64) (Offset, error) {
	if a.heap == nil {
		return 0, a.refusal
	}
	return a.heap.Recalloc(p, n, size)
}

// Free gives the block at p back, whoever allocated it. 0 is fine.
// ErrNotAllocated and ErrDoubleFree change nothing. A block that was freed and
// handed out again cannot be told from the new one. Lost pages as for Malloc. IRIX:
// usfree.
func (a *Arena) Free(p Offset) error {
	if a.heap == nil {
		return a.refusal
	}
	return a.heap.Free(p)
}

// BlockSize is the number of bytes that may be used at p, at least what was
// asked for. IRIX: usmallocblksize.
func (a *Arena) BlockSize(p Offset) (uint64, error) {
	if a.heap == nil {
		return a.blockSizeReadOnly(p)
	}
	return a.heap.BlockSize(p)
}

// Mallopt sets an option of this process's allocator: alloc.Debug, alloc.ClrOnFree
// and so on. ErrInvalid for an unknown command or value. IRIX: usmallopt.
func (a *Arena) Mallopt(cmd alloc.Option, val int) error {
	if a.heap == nil {
		return a.refusal
	}
	return a.heap.Mallopt(cmd, val)
}

// Mallinfo counts blocks and bytes by walking the arena; all zero when attached
// read-only (see Stats) or closed. IRIX: usmallinfo.
func (a *Arena) Mallinfo() alloc.Mallinfo {
	if a.heap == nil {
		return alloc.Mallinfo{}
	}
	return a.heap.Mallinfo()
}
