package liveness

import (
	"sync"

	"golang.org/x/sys/unix"

	"usarena/internal/layout"
)

// Dead reports that nobody has slot's byte: its user, if there was one, is gone
// and writes no more. While a claim of another process is in force the answer is
// no, as it is for our own slot and whenever the kernel cannot be asked.
func (k *Keeper) Dead(slot int) bool {
	if !valid(slot) {
		return false
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.closed || slot == k.slot {
		return false
	}
	free, err := unlocked(k.probe, layout.LockByte(slot))
	// A wrong yes would destroy a live user's memory, so the rare yes is checked:
	// is the descriptor still the arena's?
	return err == nil && free && k.id.is(k.probe)
}

// Claim takes a dead user's byte, so that nobody else repairs it or takes the
// slot. ok is false if the user lives, if somebody has claimed it already, in
// this process or another, or if the kernel cannot be asked. It does not wait.
// release may be called more than once; if this process dies, the kernel
// releases.
func (k *Keeper) Claim(slot int) (release func(), ok bool) {
	if !valid(slot) {
		return nil, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	// The kernel lets one description lock a byte twice, so the goroutines of
	// this process exclude each other here.
	if k.closed || slot == k.slot || k.claims[slot] || !k.id.is(k.probe) {
		return nil, false
	}
	if ok, err := lock(k.probe, unix.F_WRLCK, layout.LockByte(slot)); !ok || err != nil { // model: A5
		return nil, false
	}
	k.claims[slot] = true
	return sync.OnceFunc(func() { k.unclaim(slot) }), true
}

const unlockTries = 10

func (k *Keeper) unclaim(slot int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.claims, slot)
	if k.closed && len(k.claims) == 0 {
		k.closeFD(k.probe)
		return
	}
	// A byte that stays locked is a slot lost to everybody for as long as this
	// process lives, so a kernel short of memory is asked more than once.
	for range unlockTries {
		if k.id.foreign(k.probe) || unlock(k.probe, layout.LockByte(slot)) == nil {
			return
		}
	}
}
