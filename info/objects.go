package info

import (
	"usarena/internal/layout"
	"usarena/internal/region"
)

// Objects lists the locks, semaphores, barriers and other objects of the arena
// called name, in the order of their offsets. It joins nothing and takes no lock,
// so it also works while everybody waits for everybody. Errors as Check's.
func Objects(name string) ([]Object, error) {
	var log findings
	v, err := open(name, &log)
	if err != nil {
		return nil, err
	}
	defer v.close()
	var list []Object
	err = v.guard(func() {
		p := newPeople(v.image, v)
		p.look = true
		list = v.image.objects(p)
	})
	return list, err
}

// ObjectsOf lists the objects of a mapped arena. o, if not nil, knows the dead.
func ObjectsOf(r *region.Region, o mourner) []Object {
	m, list := guardedRegion(r), []Object{}
	if m == nil {
		return list
	}
	_ = m.guard(func() {
		p := newPeople(m, o)
		p.look = true
		list = m.objects(p)
	})
	return list
}

func (m *image) objects(p *people) []Object {
	list := []Object{}
	if x := p.setup(); x.State != ObjectFree || x.Waiters > 0 {
		list = append(list, x)
	}
	for rec := range m.allRecords() {
		if rec.head.State() != layout.ObjectFree {
			list = append(list, p.object(rec))
		}
	}
	return list
}

// setupKind is the kind of the lock of who makes the root. It stands in the
// header.
const setupKind = "setup"

// setup is that lock.
func (p *people) setup() Object {
	x := emptyObject(setupKind, layout.SetupOff)
	p.wait(&x)
	p.lock(&x, p.m.setup(), false)
	return x
}

func emptyObject(kind string, off uint64) Object {
	return Object{
		Kind: kind, Offset: off,
		Options: []string{}, Readers: []Holder{}, Takers: []Holder{}, Parties: []Holder{}, Waiting: []Waiter{},
	}
}

// wait fills in who waits.
func (p *people) wait(x *Object) {
	for _, w := range p.waiting(x.Offset) {
		x.Waiters += w.Goroutines
		x.Waiting = append(x.Waiting, w)
	}
}

// object says what a record is.
func (p *people) object(rec record) Object {
	h := rec.head
	x := emptyObject(h.Kind().String(), rec.off)
	x.Generation, x.Bytes = h.Gen(), rec.size
	if !h.Valid() || rec.size < layout.RecordSize(h.Kind(), h.Options(), p.m.geo.Users) {
		x.State = ObjectDamaged
		return x
	}
	if h.State() == layout.ObjectMaking {
		x.State = ObjectMaking
		if slot := h.Maker(); slot >= 1 && slot <= int(p.m.geo.Users) {
			maker := p.now(slot)
			x.Owner, x.Holder = slot, &maker
		}
		return x
	}
	x.options(h.Options())
	p.wait(&x)
	switch h.Kind() {
	case layout.LockObject:
		p.lock(&x, rec.half(offLock), h.Options()&layout.OptionKept != 0)
		x.metered(rec)
	case layout.RWLockObject:
		p.lock(&x, rec.half(offLock), false)
		if x.Readers = append(x.Readers, p.slots(rec)...); x.State == ObjectFree && len(x.Readers) > 0 {
			x.State = ObjectReading
		}
	case layout.SemaObject, layout.PollSemaObject:
		p.sema(&x, rec)
	case layout.BarrierObject:
		p.barrier(&x, rec)
	case layout.ConditionObject:
		if x.State = ObjectIdle; x.Waiters > 0 {
			x.State = ObjectAwaited
		}
	case layout.HistoryObject:
		x.Value = int(min(rec.word(offWord), 1<<31-1))
		if x.State = "off"; p.m.word(offHistOn)&layout.HistoryOn != 0 {
			x.State = "on"
		}
	}
	return x
}
