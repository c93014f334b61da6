package us

import (
	"io/fs"
	gosync "sync"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/layout"
)

// settings are the process-wide values for the next Init. IRIX programs set
// them one by one and rely on their staying.
var settings = struct {
	gosync.Mutex
	size       uint64
	users      int64
	lockType   int64
	arenaType  int64
	mode       fs.FileMode
	attachAddr uint64
	autoGrow   int64
	autoResv   int64
	robust     int64
	sthread    [3]int64 // stdio, misc, malloc: remembered only
	histSize   map[*arena.Arena]int
}{
	size: uint64(config.DefaultSize), users: config.DefaultUsers, mode: config.DefaultMode,
	attachAddr: systemPicks, autoGrow: 1, robust: 1, sthread: [3]int64{1, 1, 1},
}

// systemPicks is IRIX's (void *)~0.
const systemPicks = ^uint64(0)

// current is the configuration that the next Init uses.
func current() *config.Config {
	settings.Lock()
	defer settings.Unlock()
	s := &settings
	c := &config.Config{
		Size: config.Size(s.size), Users: int(s.users), Mode: s.mode,
		NoAutoGrow: s.autoGrow == 0, NoReserve: s.autoResv != 0,
		Type: config.Type(s.arenaType), LockType: config.LockType(s.lockType),
	}
	if s.attachAddr != systemPicks {
		c.AttachAddr = s.attachAddr
	}
	c.Size = roomy(c)
	return c
}

// roomy is the size of an arena, or, if the tables of its users leave no room for
// data in that, as much for data alone. The tables of IRIX are smaller, and its
// programs ask for a thousand users with the size that they find set.
func roomy(c *config.Config) config.Size {
	d, err := c.WithDefaults()
	if err != nil {
		return c.Size // Init says so
	}
	pages := func(size uint64) uint64 {
		limit := uint64(d.MaxSize)
		if d.NoAutoGrow {
			limit = size
		}
		g, err := layout.Plan(limit, uint64(d.Users))
		if err != nil {
			return 0
		}
		return g.PagesFor(size)
	}
	size := uint64(d.Size)
	if pages(size) > 0 {
		return c.Size
	}
	for pages(size) < uint64(d.Size)/layout.PageSize && size < layout.MaxArena {
		size += layout.PageSize
	}
	return config.Size(size)
}

// kept says that locks made now stay with an owner that exits.
func kept() bool {
	settings.Lock()
	defer settings.Unlock()
	return settings.robust == 0
}
