//go:build !linux

package liveness

import "errors"

// Keeper needs Linux; elsewhere nobody is ever found dead.
type Keeper struct{}

// New makes a Keeper that can do nothing.
func New(hold, probe int) *Keeper { return &Keeper{} }

// Take needs Linux.
func (k *Keeper) Take(slot int) (bool, error) { return false, errors.ErrUnsupported }

// Release does nothing.
func (k *Keeper) Release() error { return nil }

// Quit does nothing.
func (k *Keeper) Quit() error { return nil }

// Slot is 0.
func (k *Keeper) Slot() int { return 0 }

// Dead is always false.
func (k *Keeper) Dead(slot int) bool { return false }

// Claim always fails.
func (k *Keeper) Claim(slot int) (release func(), ok bool) { return nil, false }

// ShareUse needs Linux.
func (k *Keeper) ShareUse() (bool, error) { return false, errors.ErrUnsupported }

// UseAlone needs Linux.
func (k *Keeper) UseAlone() (release func(), ok bool, err error) {
	return nil, false, errors.ErrUnsupported
}

// Pin needs Linux.
func (k *Keeper) Pin() error { return errors.ErrUnsupported }

// Close does nothing.
func (k *Keeper) Close() error { return nil }

// SelfTest needs Linux.
func SelfTest(open func() (int, error)) error { return errors.ErrUnsupported }
