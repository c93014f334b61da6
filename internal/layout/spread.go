package layout

// A word of Tenants.Index has fields of three bits, 21 of them; masks have a bit a
// block.
const (
	_ = uint(perWord*100 + tenantBits - 2103)
	_ = uint(2103 - perWord*100 - tenantBits)
)

// apart moves bit n of a mask to field n, for each field.
func apart(x uint64) uint64 {
	x &= 0x1fffff
	x = (x | x<<32) & 0x001f00000000ffff
	x = (x | x<<16) & 0x001f0000ff0000ff
	x = (x | x<<8) & 0x100f00f00f00f00f
	x = (x | x<<4) & 0x10c30c30c30c30c3
	return (x | x<<2) & 0x1249249249249249
}

// together moves the lowest bit of field n to bit n, and leaves the others out.
func together(x uint64) uint64 {
	x &= 0x1249249249249249
	x = (x | x>>2) & 0x10c30c30c30c30c3
	x = (x | x>>4) & 0x100f00f00f00f00f
	x = (x | x>>8) & 0x001f0000ff0000ff
	x = (x | x>>16) & 0x001f00000000ffff
	return (x | x>>32) & 0x1fffff
}
