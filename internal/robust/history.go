package robust

import (
	"time"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

// historyDefault is how many entries a ring has where nobody said.
const historyDefault = 4096

// Note is one entry of the history.
type Note struct {
	Seq    uint64 // number of the entry, from 0
	Object layout.Offset
	Op     uint8
	Pid    int
	Count  int32 // after the operation
	Woken  int   // process that was woken, 0 none or unknown
	PC     uint64
	Time   time.Time
}

// HistoryOn says whether semaphores that are made now take part.
func (t *Table) HistoryOn() bool {
	return t.region.Header().HistoryState.Load()&layout.HistoryOn != 0
}

// SetHistory turns it on or off. On makes the ring, if there is none yet: of n
// entries, or as many as the arena's configuration says.
func (t *Table) SetHistory(op string, on bool, n int) error {
	h := t.region.Header()
	if !on {
		h.HistoryState.And(^layout.HistoryOn)
		return nil
	}
	if err := t.makeRing(op, n); err != nil {
		return err
	}
	h.HistoryState.Or(layout.HistoryOn)
	return nil
}

// makeRing makes the ring unless it is there.
func (t *Table) makeRing(op string, n int) error {
	h := t.region.Header()
	if h.History.Load() != 0 {
		return nil
	}
	if n == 0 {
		n = int(min(h.HistorySize, layout.ObjectMost/layout.EntrySize-1))
	}
	if n == 0 {
		n = historyDefault
	}
	if uint64(n) > layout.ObjectMost/layout.EntrySize-1 || n < 0 {
		return errs.Wrap(errs.Invalid, op, "%s: %d entries, at most %d are possible", t.region.Name, n, layout.ObjectMost/layout.EntrySize-1)
	}
	r, err := t.Make(op, layout.HistoryObject, 0, layout.ObjectRing+uint64(n)*layout.EntrySize, func(r Record) { r.Broken.Store(uint32(n)) })
	if err != nil {
		return err
	}
	if !h.History.CompareAndSwap(0, r.Off) { // somebody else was faster
		return t.Free(op, r, layout.ObjectHead(r.Head.Load()))
	}
	return nil
}

// ring is the ring of history, ok is false if there is none.
func (t *Table) ring() (Record, bool) {
	off := t.region.Header().History.Load()
	if off == 0 {
		return Record{}, false
	}
	r, _, err := t.Find("history", off, layout.HistoryObject)
	return r, err == nil && r.Entries() > 0
}

// Record writes an entry over the oldest one. Killed half way, the entry is
// skipped by readers.
func (t *Table) Record(off layout.Offset, op uint8, count int32, woken int, pc uint64) {
	r, ok := t.ring()
	if !ok {
		return
	}
	n := r.Entries()
	if n == 0 {
		return // it was not a moment ago: damage
	}
	i := r.Word.Add(1) - 1
	e := r.Entry(i % n)
	e.Seq.Store(0)
	e.Object.Store(off)
	e.What.Store(uint64(op) | uint64(uint32(t.host.Pid))<<32)
	e.Count.Store(uint64(uint32(count)) | uint64(uint32(woken))<<32)
	e.PC.Store(pc)
	e.Time.Store(time.Now().UnixNano())
	e.Seq.Store(i + 1)
}

// Notes copies the history, newest first, and counts what was overwritten or
// never finished. errs.Invalid where there never was any.
func (t *Table) Notes(op string) (notes []Note, lost uint64, err error) {
	r, ok := t.ring()
	if !ok {
		return nil, 0, errs.Wrap(errs.Invalid, op, "%s: history is off", t.region.Name)
	}
	written, n := r.Word.Load(), r.Entries()
	lost = written - min(written, n)
	for k := uint64(1); k <= min(written, n); k++ {
		i := written - k
		e := r.Entry(i % n)
		if e.Seq.Load() != i+1 { // before as well as after: it may be completed meanwhile
			lost++
			continue
		}
		what, count := e.What.Load(), e.Count.Load()
		note := Note{
			Seq: i, Object: e.Object.Load(), Op: uint8(what), Pid: int(uint32(what >> 32)),
			Count: int32(uint32(count)), Woken: int(uint32(count >> 32)), PC: e.PC.Load(), Time: time.Unix(0, e.Time.Load()),
		}
		if e.Seq.Load() != i+1 {
			lost++
			continue
		}
		notes = append(notes, note)
	}
	return notes, lost, nil
}

// DropNotes forgets all entries.
func (t *Table) DropNotes() {
	if r, ok := t.ring(); ok {
		for i := range r.Entries() {
			r.Entry(i).Seq.Store(0)
		}
		r.Word.Store(0)
	}
}
