package robust

import (
	"time"

	"usarena/internal/layout"
)

// How often and how far Tend looks.
const (
	tendEvery = 10 * time.Millisecond
	tendMost  = 32 // users a time: asking the kernel about one takes about a microsecond
)

var start = time.Now()

// Tend looks for users that died, some at a time, and recovers them. Who waits
// for an object calls it at each quantum's end: what is waited for may be what a
// dead user has.
func (t *Table) Tend() {
	now, last := int64(time.Since(start)), t.tended.Load()
	if now-last < int64(tendEvery) && last != 0 || !t.tended.CompareAndSwap(last, now) || t.host.Recover == nil {
		return
	}
	slot := int(t.tendAt.Load())
	for n, asked := 0, 0; n < t.Users() && asked < tendMost; n++ {
		if slot++; slot > t.Users() {
			slot = 1
		}
		if slot == t.slot || layout.UserState(t.region.User(slot).Word.Load()) == layout.UserFree {
			continue
		}
		asked++
		if t.gone(slot) {
			t.host.Recover(slot)
		}
	}
	t.tendAt.Store(int64(slot))
}

// Deaths counts the users that were recovered so far.
func (t *Table) Deaths() uint64 { return t.region.Header().Epoch.Load() }
