package info

import "usarena/internal/layout"

// objects adds up a run of objects. What is being made or freed is neither held
// nor free yet; it counts as free.
func (c *counter) objects(r run) {
	if _, n := r.recordsOf(); n == 0 {
		return // damaged: nobody knows what is in it
	}
	c.s.FreeBytes += r.pages << layout.PageShift
	for rec := range c.m.records(r) {
		if rec.head.State() != layout.ObjectLive {
			continue
		}
		c.s.FreeBytes -= rec.size
		c.s.LiveBytes += rec.size
		c.s.KeptBytes += rec.size
		c.kind(&c.kinds[rec.head.Kind()], rec)
	}
}

func (c *counter) kind(k *KindStats, rec record) {
	x := c.people.object(rec)
	k.Kind = x.Kind
	k.Number++
	k.Bytes += rec.size
	k.Waiters += uint64(x.Waiters)
	if x.busy() {
		k.Held++
	}
	if x.Metered() {
		k.Metered++
		k.Tries += max(x.Tries, 0) // -1 is how a lock's counts are reset
		k.Hits += max(x.Hits, 0)
		k.Spins += max(x.Spins, 0)
	}
}

// Metered says that Tries, Hits and Spins are counted.
func (x *Object) Metered() bool {
	return x.Meter != nil || x.Kind == layout.LockObject.String() && x.Uses != nil
}

// busy says that somebody who comes now has to wait.
func (x *Object) busy() bool {
	switch x.Kind {
	case layout.LockObject.String(), layout.RWLockObject.String():
		return x.Owner != 0 || len(x.Readers) > 0
	case layout.SemaObject.String(), layout.PollSemaObject.String():
		return x.Value == 0
	case layout.BarrierObject.String():
		return x.Arrived > 0
	}
	return false
}
