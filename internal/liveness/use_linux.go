package liveness

import (
	"golang.org/x/sys/unix"

	"usarena/internal/layout"
)

// use is what a Keeper has on the use byte.
type use int

const (
	useNone use = iota
	useShared
	useAlone
)

// alone is one UseAlone; a later one is another, so that an old release finds
// out that it has nothing to give back.
type alone struct{ before use }

// ShareUse counts this process among the users of the arena until Close. False:
// somebody is alone with it at the moment, to remove or to reset it. After
// UseAlone it turns the one into the other without a gap in which somebody else
// could be alone.
func (k *Keeper) ShareUse() (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.usable("share"); err != nil {
		return false, err
	}
	if k.use == useShared {
		return true, nil
	}
	ok, err := lock(k.hold, unix.F_RDLCK, layout.UseByte)
	if ok {
		k.use, k.alone = useShared, nil
	}
	return ok, err
}

// UseAlone makes sure that nobody else uses the arena and that nobody begins to
// until release. ok is false if there is another user. It does not wait. If this
// Keeper shared before, release lets it share again; after ShareUse and after
// Close release does nothing.
func (k *Keeper) UseAlone() (release func(), ok bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.usable("use alone"); err != nil {
		return nil, false, err
	}
	if k.use == useAlone {
		return nil, false, nil // another goroutine is alone
	}
	ok, err = lock(k.hold, unix.F_WRLCK, layout.UseByte)
	if !ok {
		return nil, false, err
	}
	mine := &alone{before: k.use}
	k.use, k.alone = useAlone, mine
	return func() { k.endAlone(mine) }, true, nil
}

func (k *Keeper) endAlone(mine *alone) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.alone != mine || k.closed || k.id.foreign(k.hold) {
		return
	}
	k.use, k.alone = mine.before, nil
	if mine.before == useShared {
		lock(k.hold, unix.F_RDLCK, layout.UseByte) // from write to read nobody can be in the way
		return
	}
	unlock(k.hold, layout.UseByte)
}

// leave gives back whatever the hold has on the use byte. k.mu is held.
func (k *Keeper) leave() error {
	if k.use == useNone || k.id.foreign(k.hold) {
		return nil
	}
	return unlock(k.hold, layout.UseByte)
}
