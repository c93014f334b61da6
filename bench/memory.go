package bench

import (
	"fmt"
	"os"

	"usarena/arena"
)

// resident is this process's resident set in bytes, 0 where it cannot be read.
func resident() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	var size, rss int64
	if err == nil {
		fmt.Sscan(string(text), &size, &rss)
	}
	return rss * int64(os.Getpagesize())
}

// highBytes is the most that usedBytes ever was.
func highBytes(a *arena.Arena) int64 { return int64(a.Stats().HighBytes) }

// usedBytes is the arena's own account: pages in use with their metadata.
func usedBytes(a *arena.Arena) int64 { return int64(a.Stats().UsedBytes) }
