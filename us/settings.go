package us

import (
	"io/fs"
	"sync"

	"usarena/config"
)

// settings are the process-wide values for the next Init. IRIX programs set
// them one by one and rely on their staying.
var settings = struct {
	sync.Mutex
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
	return c
}
