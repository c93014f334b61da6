package liveness

import (
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

// Keeper is one attachment's two descriptions of an arena's file. It implements
// robust.Oracle. Its methods may be called from several goroutines; none of them
// waits for another process.
type Keeper struct {
	hold, probe int
	id          identity // of the file that both were when the Keeper was made

	mu     sync.RWMutex
	closed bool
	young  bool         // made a moment ago, of descriptors that were right
	slot   int          // whose byte hold has, 0 none
	claims map[int]bool // slots whose bytes probe has
	use    use          // what hold has on the use byte
	alone  *alone       // the UseAlone that is in force
	pin    []byte
}

// New makes a Keeper of two descriptors that are separate open file descriptions
// of the arena's file. They are the Keeper's from now on. For a Keeper that only
// asks, both may be open for reading only. When it fails both are closed.
func New(hold, probe int) (*Keeper, error) {
	id, err := identify(probe)
	if err != nil {
		unix.Close(hold)
		unix.Close(probe)
		return nil, fmt.Errorf("usarena: look at descriptor %d: %w", probe, err)
	}
	return newKeeper(hold, probe, id), nil
}

// NewOf is New for descriptors that the caller has just opened, of the file with
// this identity. Until a slot is taken they are not looked at again.
func NewOf(hold, probe int, dev, ino uint64) *Keeper {
	k := newKeeper(hold, probe, identity{dev, ino})
	k.young = true
	return k
}

func newKeeper(hold, probe int, id identity) *Keeper {
	return &Keeper{hold: hold, probe: probe, id: id, claims: map[int]bool{}}
}

// Take locks slot's byte for as long as this process lives or until Release or
// Close. False: somebody else has it. It does not wait. One Keeper takes one
// slot.
func (k *Keeper) Take(slot int) (bool, error) {
	if !valid(slot) {
		return false, errs.Wrap(errs.Invalid, "take slot", "%d, slots are 1 to %d", slot, layout.MaxUsers)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.usable("take slot"); err != nil {
		return false, err
	}
	if k.slot != 0 {
		return false, errs.Wrap(errs.Invalid, "take slot", "%d: this attachment has slot %d", slot, k.slot)
	}
	ok, err := lock(k.hold, unix.F_WRLCK, layout.LockByte(slot))
	if ok {
		k.slot, k.young = slot, false
	}
	return ok, err
}

// Release gives the slot's byte back: for everybody else this user is then dead
// or gone, as its word in the arena says. Without a slot it does nothing.
func (k *Keeper) Release() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.release()
}

func (k *Keeper) release() error {
	if k.slot == 0 || k.closed {
		return nil
	}
	if err := k.id.lost("release slot", k.hold); err != nil {
		return err
	}
	if err := unlock(k.hold, layout.LockByte(k.slot)); err != nil {
		return err
	}
	k.slot = 0
	return nil
}

// Quit gives the slot's byte and the share of the use byte back, as a death would,
// and keeps the descriptors until Close.
func (k *Keeper) Quit() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil
	}
	err := errors.Join(k.release(), k.leave())
	k.use, k.alone = useNone, nil
	return err
}

// Slot is the slot whose byte this Keeper has, 0 for none.
func (k *Keeper) Slot() int {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.slot
}

// Close gives everything back and closes both descriptors. It may be repeated.
// Claims in progress keep their bytes until they are released.
func (k *Keeper) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil
	}
	// Closing alone would do, unless a child of a plain fork has duplicates.
	err := errors.Join(k.release(), k.leave())
	k.closed, k.slot, k.use, k.alone = true, 0, useNone, nil
	err = errors.Join(err, k.unpin(), k.closeFD(k.hold))
	if len(k.claims) == 0 {
		err = errors.Join(err, k.closeFD(k.probe))
	}
	return err
}

// closeFD closes a descriptor unless a careless closer of all descriptors was
// faster, and the number means another file by now. Where the kernel does not
// say, it is taken for ours: its locks must not outlive the Keeper.
func (k *Keeper) closeFD(fd int) error {
	if k.id.foreign(fd) {
		return k.id.lost("close", fd)
	}
	if err := unix.Close(fd); err != nil && err != unix.EINTR {
		return fmt.Errorf("usarena: close: descriptor %d: %w", fd, err)
	}
	return nil
}

// usable is errs.Closed after Close, and an error if the hold is not ours any
// more. k.mu is held.
func (k *Keeper) usable(op string) error {
	if k.closed {
		return errs.Wrap(errs.Closed, op, "descriptors %d and %d", k.hold, k.probe)
	}
	if k.young {
		return nil
	}
	return k.id.lost(op, k.hold)
}

func valid(slot int) bool { return slot >= 1 && slot <= layout.MaxUsers }
