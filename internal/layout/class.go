package layout

// Size classes. A class is a block size and the pages of its spans; both are
// part of the format, because the extents of blocks follow from them.
const (
	MinBlock  = 16
	MaxSmall  = 32 << 10 // larger requests are runs of pages of their own
	Classes   = 75
	fineLimit = 128 // up to here every multiple of 16
	steps     = 8   // beyond, classes a doubling
)

// Class is one size class.
type Class struct {
	Size   uint32 // bytes of a block
	Pages  uint32 // pages of a span
	Blocks uint32 // blocks of a span
	Magic  uint32 // offset*Magic>>MagicShift is offset/Size for every offset in a span
}

// MagicShift belongs to Class.Magic.
const MagicShift = 32

// ClassTable is indexed by class.
var ClassTable = makeClasses()

// classIndex maps (size+15)/16 to its class, for sizes up to MaxSmall.
var classIndex = makeIndex()

// ClassOf is the class of a request of n bytes, n at most MaxSmall.
func ClassOf(n uint64) int { return int(classIndex[(n+MinBlock-1)/MinBlock]) }

func makeClasses() (t [Classes]Class) {
	i := 0
	add := func(size uint32) {
		t[i] = spanOf(size)
		i++
	}
	for s := uint32(MinBlock); s <= fineLimit; s += MinBlock {
		add(s)
	}
	for base := uint32(fineLimit); base < MaxSmall; base *= 2 {
		for k := uint32(1); k <= steps; k++ {
			size := base + k*base/steps
			for _, x := range extra {
				if t[i-1].Size < x && x < size {
					add(x)
				}
			}
			add(size)
		}
	}
	return t
}

// extra are sizes for a power of two and a program's header before it, as many
// programs allocate them. The last is a fifteenth of the longest span.
var extra = [...]uint32{1040, 2064, 4368}

// spanOf chooses the fewest pages whose tail wastes at most 1/16 of the span.
func spanOf(size uint32) Class {
	for pages := uint32(1); ; pages++ {
		bytes := pages * PageSize
		blocks := min(bytes/size, MaxSpanBlocks)
		if blocks > 0 && (bytes-blocks*size)*16 <= bytes || pages == MaxSpanPages {
			return Class{size, pages, blocks, uint32((1<<MagicShift + uint64(size) - 1) / uint64(size))}
		}
	}
}

func makeIndex() (t [MaxSmall/MinBlock + 1]uint8) {
	c := 0
	for i := range t {
		for uint32(i)*MinBlock > ClassTable[c].Size {
			c++
		}
		t[i] = uint8(c)
	}
	return t
}
