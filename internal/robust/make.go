package robust

import (
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// runs are the runs of one class that this process knows, oldest first. A hint:
// others may have made more, and found records are tried, not trusted.
type runs struct {
	pages []uint64
	run   int    // where a free record was found last
	index uint64 // and the record after it
}

// Make makes an object: init sets its words, then it is live. Killed before that,
// recovery frees the record. errs.NoSpace when the arena is full.
func (t *Table) Make(op string, kind layout.ObjectKind, options, size uint64, init func(Record)) (Record, error) {
	size = max(size, layout.RecordSize(kind, options, t.region.Geo.Users))
	class := layout.ObjectClass(size)
	if n, ok := layout.ObjectBytes(uint16(class)); !ok {
		return Record{}, errs.Wrap(errs.Invalid, op, "%s: an object of %d bytes, at most %d are possible", t.region.Name, size, n)
	}
	r, err := t.claim(kind, options, class)
	if err != nil {
		return r, err
	}
	r.clear() // a free record may have hints of the object that was there
	if init != nil {
		init(r) // model: O2
	}
	gen := layout.ObjectHead(r.Head.Load()).Gen()
	r.Head.Store(uint64(layout.MakeHead(kind, layout.ObjectLive, options, 0, gen))) // model: O3
	return r, nil
}

// claim takes a free record for this user: of the runs that are known, of those
// that others have made since, of a new one.
func (t *Table) claim(kind layout.ObjectKind, options uint64, class int) (Record, error) {
	for round := 0; ; round++ {
		r := t.claimRound(kind, options, class, round)
		if r.Object != nil {
			return r, nil
		}
		if round == 0 {
			continue
		}
		if _, err := t.host.NewRun(class); err != nil {
			return Record{}, err
		}
	}
}

func (t *Table) claimRound(kind layout.ObjectKind, options uint64, class, round int) Record {
	t.mu.Lock()
	defer t.mu.Unlock() // also when the arena faults
	if round > 0 {
		t.learn()
	}
	return t.claimKnown(kind, options, class)
}

// claimKnown looks from where it found one last, once around. t.mu is held.
func (t *Table) claimKnown(kind layout.ObjectKind, options uint64, class int) Record {
	known := t.runs[class]
	if known == nil {
		return Record{}
	}
	for n := 0; n <= len(known.pages); n++ {
		page := known.pages[known.run]
		size, ok := runSize(t.region, page)
		for i := known.index; ok && i < max(1, layout.PageSize/size); i++ {
			r := recordAt(t.region, t.region.OffsetOf(page)+i*size)
			if r.Object == nil {
				break
			}
			h := layout.ObjectHead(r.Head.Load())
			if h.State() != layout.ObjectFree {
				continue
			}
			mine := layout.MakeHead(kind, layout.ObjectMaking, options, t.slot, h.Gen())
			if r.Head.CompareAndSwap(uint64(h), uint64(mine)) { // model: O1
				known.index = i + 1
				return r
			}
		}
		known.index = 0
		if known.run++; known.run == len(known.pages) {
			known.run = 0
		}
	}
	return Record{}
}

// learn follows the chain of runs from the newest to the first one known. The
// chain is a hint; a link that leads nowhere ends it. t.mu is held.
func (t *Table) learn() {
	head := t.region.Header().Objects.Load()
	if head == t.newest {
		return
	}
	var fresh []uint64
	for at := head; at != 0 && at != t.newest && uint64(len(fresh)) < t.region.Geo.MaxPages; {
		page := at - 1
		if page >= t.region.Visible() {
			break
		}
		if _, ok := runSize(t.region, page); !ok {
			break
		}
		fresh = append(fresh, page)
		at = loadHint(t.region, page)
	}
	t.newest = head
	if t.runs == nil {
		t.runs = map[int]*runs{}
	}
	for i := len(fresh) - 1; i >= 0; i-- {
		class := int(t.region.Load(fresh[i]).Gen())
		if t.runs[class] == nil {
			t.runs[class] = &runs{}
		}
		r := t.runs[class]
		r.pages = append(r.pages, fresh[i])
		r.run, r.index = len(r.pages)-1, 0 // the newest is the emptiest
	}
}

// Free frees an object. Whoever still uses it uses what is made there next: that
// nobody waits for it or holds it is the caller's to know. errs.NotAllocated if
// somebody else was faster.
func (t *Table) Free(op string, r Record, h layout.ObjectHead) error {
	mine := layout.MakeHead(h.Kind(), layout.ObjectMaking, h.Options(), t.slot, h.Gen())
	if !r.Head.CompareAndSwap(uint64(h), uint64(mine)) { // model: O4
		return errs.Wrap(errs.NotAllocated, op, "%s: %s at %#x was freed already", t.region.Name, h.Kind(), r.Off)
	}
	t.forget(r.Off)
	r.reset()
	t.again(r)
	return nil
}

// again has the next object of a class look at a record that has just become
// free, if it lies where it would look on.
func (t *Table) again(r Record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := t.runs[layout.ObjectClass(r.Size)]
	if known == nil {
		return
	}
	if first := t.region.OffsetOf(known.pages[known.run]); r.Off >= first && r.Off-first < layout.PageSize {
		known.index = min(known.index, (r.Off-first)/r.Size)
	}
}

// reset makes a record that is being made or freed a free one.
func (r Record) reset() {
	r.clear()
	gen := layout.ObjectHead(r.Head.Load()).Gen()
	r.Head.Store(uint64(layout.MakeHead(layout.NoObject, layout.ObjectFree, 0, 0, gen+1)))
}
