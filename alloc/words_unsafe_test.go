package alloc_test

import "usarena/internal/region"

func word(r *region.Region, off uint64) *uint64 { return (*uint64)(r.Pointer(off, 8)) }

func put(r *region.Region, off, v uint64) { *word(r, off) = v }

func get(r *region.Region, off uint64) uint64 { return *word(r, off) }
