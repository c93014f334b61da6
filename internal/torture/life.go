package torture

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	stdsync "sync"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/internal/worker"
)

const workerKind = "torture"

func init() { worker.Register(workerKind, process) }

// Roles of a process.
const (
	resident  = iota // works until it is killed
	nomad            // joins and leaves all the time
	grower           // allocates what makes the arena grow
	recoverer        // looks for the dead all the time
	hasty            // allocates and frees small blocks, as fast as it can
	roles
)

// order is what a process that waited in reserve is told.
type order struct {
	Arena   string
	Seat    int
	Role    int
	Private bool // no block goes to others: recovery frees what a dead user had
	Seed    uint64
}

// process is a worker from its start to its death.
func process(s *worker.Side) error {
	l, err := mapLedger(ledgerFD)
	if err != nil {
		return err
	}
	s.Follow()
	beNice()
	if err := s.Tell(true); err != nil {
		return err
	}
	var o order
	if err := s.Hear(&o); err != nil {
		return err
	}
	w := &life{l: l, order: o, me: &l.Seats[o.Seat]}
	if err := w.live(); err != nil {
		return fmt.Errorf("seat %d: %w", o.Seat, err)
	}
	return s.Tell(true)
}

// beNice lets the starting of the next process go before the work of those that
// have started: it is what the rate of kills hangs on.
func beNice() {
	tasks, _ := os.ReadDir("/proc/self/task")
	for _, t := range tasks {
		if tid, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, tid, 5) // without it all goes on as well
		}
	}
}

// life is one worker's.
type life struct {
	order
	l  *ledger
	me *place
}

// live joins and works and leaves until it is told to stop.
func (w *life) live() error {
	m := &hand{l: w.l, lane: &w.me.Lanes[lanes-1], r: rand.New(rand.NewPCG(w.Seed, lanes))}
	for {
		m.enter()
		if w.l.Stop.Load() != 0 {
			m.leave()
			return nil
		}
		if err := w.stay(m); err != nil {
			return err
		}
		m.leave()
	}
}

// stay is one attachment.
func (w *life) stay(m *hand) (err error) {
	m.begin(joining)
	a, err := arena.Join(w.Arena)
	if errors.Is(err, arena.ErrTooManyUsers) { // the dead are not recovered yet
		time.Sleep(time.Millisecond)
		return nil
	}
	if err != nil {
		return err
	}
	root, err := arena.Root[board](a)
	if err != nil {
		return err
	}
	self := a.Self()
	user := userOf(self.Slot, self.Gen)
	w.l.fate(user).Store(alive)
	m.lane.User.Store(user)
	o, err := findObjects(a, root.In(a))
	if err != nil {
		return err
	}
	m.end()
	m.leave()
	var wg stdsync.WaitGroup
	failed := make([]error, lanes-1)
	for i := range failed {
		h := &hand{l: w.l, lane: &w.me.Lanes[i], a: a, b: root.In(a), root: root.Offset(), objects: o, user: user, id: laneID(w.Seat, i), role: w.Role, private: w.Private, r: rand.New(rand.NewPCG(m.r.Uint64(), uint64(i)))}
		h.lane.User.Store(user)
		wg.Go(func() { failed[i] = h.work() })
	}
	wg.Wait()
	m.enter()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	m.begin(leaving)
	w.l.fate(user).Store(departing)
	if err := a.Close(); err != nil {
		return err
	}
	w.l.fate(user).Store(gone)
	m.end()
	return nil
}
