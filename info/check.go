package info

import (
	"errors"
	"time"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/region"
)

// pauses are the waits before further looks at an arena in use. What is only
// half done is done by then; damage stays.
var pauses = []time.Duration{0, 0, 2 * time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond}

// Check looks at the arena called name and reports what is wrong with it. It
// joins nothing, takes no lock and writes nothing; of an arena in use it reports
// what several looks agree on. A user that died and was not recovered yet is no
// finding, whatever it was doing. The error says why Check could not look:
// fs.ErrNotExist, ErrNotArena, ErrVersion, ErrTruncated when the file shrinks
// meanwhile. IRIX had no such call.
func Check(name string) (Report, error) {
	var log findings
	v, err := open(name, &log)
	if err == nil {
		defer v.close()
	}
	return v.judge(err, &log)
}

// judge looks at what was opened. err is why it could not be.
func (v *view) judge(err error, log *findings) (Report, error) {
	if err != nil {
		if len(log.list) > 0 && (errors.Is(err, errs.Corrupt) || errors.Is(err, errs.Truncated)) {
			return log.report(false), nil
		}
		return Report{}, err
	}
	live := v.anyUser()
	var r Report
	err = v.guard(func() { r = v.image.confirmed(log, live) })
	return r, err
}

// CheckImage looks at the bytes of an arena file; any bytes will do. Nobody may
// write to them meanwhile.
func CheckImage(b []byte) Report {
	var log findings
	if m, err := newImage(b, "image", &log); err == nil {
		m.look(&log)
	}
	return log.report(false)
}

// CheckRegion looks at a mapped arena. With live, or if o knows a user that is
// not dead, others may write meanwhile. A nil o knows nobody.
func CheckRegion(r *region.Region, live bool, o mourner) (report Report) {
	var log findings
	var err error
	defer func() {
		if err != nil {
			log.add(KindTruncated, 0, 0, "%v", err)
			report = log.report(live)
		}
	}()
	defer r.Caught("check", &err, fault.Arm())
	m := overRegion(r)
	err = m.guard(func() {
		for slot := 1; !live && o != nil && slot <= int(m.geo.Users); slot++ {
			live = layout.UserState(m.userWord(slot)) != layout.UserFree && !o.Dead(slot)
		}
		m.judgeCommitted(&log)
		report = m.confirmed(&log, live)
	})
	return report
}

// confirmed looks until findings are certain. Those in log already are.
func (m *image) confirmed(log *findings, live bool) Report {
	m.live = live
	var now findings
	m.look(&now)
	for _, pause := range pauses {
		if !live || len(now.list) == 0 {
			break
		}
		time.Sleep(pause)
		var again findings
		m.limit()
		m.look(&again)
		now = now.also(again)
	}
	log.list, log.more = append(log.list, now.list...), log.more+now.more
	return log.report(live)
}

// also is what both looks found.
func (f findings) also(g findings) (both findings) {
	type key struct {
		kind      string
		off, word uint64
	}
	seen := map[key]bool{}
	for _, x := range f.list {
		seen[key{x.Kind, x.Offset, x.word}] = true
	}
	for _, x := range g.list {
		if seen[key{x.Kind, x.Offset, x.word}] {
			both.list = append(both.list, x)
		}
	}
	both.more = min(f.more, g.more)
	return both
}

// look is one pass over everything. Its time grows with what is committed, its
// memory with the damage.
func (m *image) look(log *findings) {
	m.lookAtTables(log)
	tiles := newExtents()
	w := newWalker(m)
	l := looker{m, log}
	w.bad = func(kind string, page uint64, word layout.State, format string, args ...any) {
		log.add(kind, m.stateOff(page), uint64(word), format, args...)
	}
	w.busy = m.busy
	for {
		r, ok := w.next()
		if !ok {
			break
		}
		if page, twice := tiles.add(r.page, r.pages); twice {
			log.add(KindOverlap, m.stateOff(page), uint64(m.state(page)), "page %d belongs to two runs, one of them at page %d", page, r.page)
		}
		l.lookAtRun(r)
	}
	tiles.gaps(w.end, func(page, n uint64) {
		log.add(KindLost, m.stateOff(page), uint64(m.state(page)), "no run claims the %d pages at page %d", n, page)
	})
}

// busy says that the lock of page's region is held: by somebody at work, or by
// somebody who died at work and whose traces the next holder will tidy.
func (m *image) busy(page uint64) bool {
	return m.lock(page>>m.geo.RegionShift) != layout.LockFree
}
