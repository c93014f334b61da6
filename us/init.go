package us

import (
	gosync "sync"

	"usarena/arena"
)

// joined are the handles of this process. IRIX gives the same handle for the
// same file; here that is device and inode, not the name.
var joined struct {
	gosync.Mutex
	all map[fileID]*arena.Arena
}

type fileID struct{ dev, ino uint64 }

// Init joins or creates an arena with the settings of Config. An arena that no
// live process uses starts afresh, and a file that is no arena is overwritten,
// both as on IRIX; a damaged arena and one of a newer program are errors. A file
// that this process has joined already gives the same handle. "/dev/zero" is a
// new anonymous arena each time. Where the tables of CONF_INITUSERS leave no room
// in CONF_INITSIZE, that many bytes are for data and the tables come on top. A full
// user table is syscall.ENOSPC. IRIX: usinit.
func Init(name string) (*arena.Arena, error) {
	joined.Lock()
	defer joined.Unlock()
	if id, ok := idOf(name); ok {
		if a := joined.all[id]; a != nil {
			if a.Add() == nil {
				return a, nil
			}
			delete(joined.all, id) // closed behind our back
		}
	}
	a, err := arena.InitFresh(name, current())
	if err != nil {
		return nil, err
	}
	if joined.all == nil {
		joined.all = map[fileID]*arena.Arena{}
	}
	joined.all[handleID(a)] = a
	return a, nil
}

// Add makes this process a user of an arena that it has a handle of. It is one
// already; Add reports what is in the way. IRIX: usadd.
func Add(a *arena.Arena) error { return a.Add() }

// Detach ends this process's use of the arena: for all its goroutines, with all
// handles that Init gave of it. Blocks, locks and semaphores stay; locks that are
// still held look as after a death, and the error names them. Pollable semaphores
// are closed before: ClosePollSema. IRIX: usdetach.
func Detach(a *arena.Arena) error {
	if err := given("detach", a); err != nil {
		return err
	}
	forgetHistSize(a)
	joined.Lock()
	defer joined.Unlock()
	if id := handleID(a); joined.all[id] == a {
		delete(joined.all, id)
	}
	return a.Close()
}

func handleID(a *arena.Arena) fileID {
	dev, ino := a.ID()
	return fileID{dev, ino}
}
