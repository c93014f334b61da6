package liveness

import "usarena/internal/layout"

// AskProbe asks the kernel through the probe, without any shortcut.
func AskProbe(k *Keeper, slot int) (bool, error) { return unlocked(k.probe, layout.LockByte(slot)) }
