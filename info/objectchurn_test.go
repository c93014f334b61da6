package info

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// TestObjectsInUse looks at records that come and go, in the hands of users that
// come and go, as fast as they can. Nothing that a look meets half done may become
// a finding.
func TestObjectsInUse(t *testing.T) {
	m := newMaker(t, 4<<20, 8, 100)
	m.state(0, layout.ObjectRun(1, 2))
	m.link(0)
	r, err := region.Over(m.b, m.g, "churn")
	if err != nil {
		t.Fatal(err)
	}
	x := overRegion(r)
	var stop atomic.Bool
	var work sync.WaitGroup
	for slot := 1; slot <= 3; slot++ {
		work.Go(func() {
			p := player{words: x.data, user: &x.front[x.userOff(slot)/8], slot: slot, rnd: rand.New(rand.NewPCG(uint64(slot), 1))}
			for gen := uint16(1); !stop.Load(); gen++ {
				p.life(max(gen, 1))
			}
		})
	}
	x.live = true
	for range 2000 { // one look has to do, without confirmation
		var log findings
		if x.look(&log); len(log.list) > 0 {
			wantClean(t, log.report(true))
			break
		}
		wantClean(t, CheckRegion(r, true, nil))
		ObjectsOf(r, nil)
		UsersOf(r, nil)
		x.circles(nil)
	}
	stop.Store(true)
	work.Wait()
	wantClean(t, CheckRegion(r, false, nil))
	if s := StatsOf(r); s.LiveBytes != 0 {
		t.Errorf("%d bytes live at the end", s.LiveBytes)
	}
}

// player does with words what users do, in the same order.
type player struct {
	words []uint64 // of data
	user  *uint64
	slot  int
	rnd   *rand.Rand
}

// life is an attachment: a few objects are made, held, and given up and freed
// before the slot is free.
func (p *player) life(gen uint16) {
	atomic.StoreUint64(p.user, layout.UserWord(layout.UserLive, gen))
	type held struct{ at, record, word uint64 }
	var mine []held
	for range 6 {
		record := p.rnd.Uint64N(16) * 256 / 8
		h := layout.ObjectHead(atomic.LoadUint64(&p.words[record]))
		kind := []layout.ObjectKind{layout.LockObject, layout.SemaObject, layout.RWLockObject, layout.PollSemaObject, layout.BarrierObject}[p.rnd.IntN(5)]
		options := map[bool]uint64{true: layout.OptionUndo}[kind == layout.SemaObject]
		if h.State() != layout.ObjectFree || !atomic.CompareAndSwapUint64(&p.words[record], uint64(h),
			uint64(layout.MakeHead(kind, layout.ObjectMaking, options, p.slot, h.Gen()))) {
			continue
		}
		atomic.StoreUint64(&p.words[record], uint64(layout.MakeHead(kind, layout.ObjectLive, options, 0, h.Gen())))
		x := held{record: record}
		switch kind {
		case layout.LockObject:
			x.at, x.word = offLock, uint64(layout.LockWord(p.slot, gen)|layout.LockWaiters)
		case layout.SemaObject:
			x.at, x.word = slotAt(p.slot), 2
		case layout.PollSemaObject:
			x.at, x.word = slotAt(p.slot), layout.PollWord(layout.PollQueued, 7)
		default:
			x.at, x.word = bitsAt(0), 1<<p.slot
		}
		atomic.StoreUint64(&p.words[record+x.at/8], x.word)
		mine = append(mine, x)
	}
	for _, x := range mine {
		h := layout.ObjectHead(atomic.LoadUint64(&p.words[x.record]))
		if p.rnd.IntN(2) == 0 {
			atomic.StoreUint64(&p.words[x.record+x.at/8], 0)
		}
		atomic.StoreUint64(&p.words[x.record], uint64(layout.MakeHead(h.Kind(), layout.ObjectMaking, h.Options(), p.slot, h.Gen())))
		atomic.StoreUint64(&p.words[x.record+x.at/8], 0)
		atomic.StoreUint64(&p.words[x.record], uint64(layout.MakeHead(0, layout.ObjectFree, 0, 0, h.Gen()+1)))
	}
	atomic.StoreUint64(p.user, layout.UserWord(layout.UserFree, gen))
}
