package torture

import (
	"unsafe"

	"usarena/arena"
)

// sharedCell and ownCell are where cells of the board at root are in the arena.
func sharedCell(root arena.Offset, i int) arena.Offset {
	return root + uint64(unsafe.Offsetof(board{}.Cells)) + 8*uint64(i)
}

func ownCell(root arena.Offset, i int) arena.Offset {
	return root + uint64(unsafe.Offsetof(board{}.Own)) + 8*uint64(i)
}
