package torture

import (
	"context"
	"errors"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/scratch"
)

// bout is one arena from its creation to its removal.
type bout struct {
	a      *arena.Arena
	remove func() error
	root   arena.Ptr[board]
	b      *board
	objects
	me   uint32
	from uint64 // where the data begins
	size uint64 // of the data that exists
	most uint64 // and of what may

	reclaim bool // recovery frees what a dead user had
	round   int  // kills since the latest account
	kills0  int  // kills before this bout
	died    int  // users that died since the latest account
	halted  time.Time
	doubts  []doubt
	ending  bool // after the next account all leave
	estate  estate
}

// spare is how many slots there are beside one for each seat and the killer's. So
// few that joining takes over the dead all the time.
const spare = 2

// open creates the arena of a bout: most begin small and grow.
func (s *storm) open() (err error) {
	cfg := config.Config{MaxSize: room, Users: s.o.Procs + 1 + spare, Share32: s.o.Other != ""}
	switch s.Bouts % 6 {
	case 3:
		cfg.Size, cfg.NoAutoGrow = room, true
	case 5:
		cfg.ReclaimOnDeath = true
	}
	if err := s.l.wipe(s.fd); err != nil {
		return err
	}
	b := &bout{kills0: s.Kills, reclaim: cfg.ReclaimOnDeath}
	if b.a, b.remove, err = scratch.Create("torture", cfg); err != nil {
		return err
	}
	s.bout = b
	self := b.a.Self()
	b.me = userOf(self.Slot, self.Gen)
	s.l.fate(b.me).Store(alive)
	if b.root, err = arena.New[board](b.a); err != nil {
		return err
	}
	b.b = b.root.In(b.a)
	if b.objects, err = makeObjects(b.a, b.b); err != nil {
		return err
	}
	s.l.at(b.root.Offset()).Store(uint64(newEntry(0, b.me, 0)))
	arena.CasRoot(b.a, arena.Ptr[board]{}, b.root)
	s.grew()
	s.Bouts++
	s.inBout = [phases]int{}
	s.told = s.tolds()
	return nil
}

// play is one bout.
func (s *storm) play(ctx context.Context) (err error) {
	if err := s.open(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	s.l.Stop.Store(0)
	s.l.Pause.Store(0)
	s.watch.resumed.Store(now())
	for {
		ok, err := s.rage(ctx)
		if err != nil || !ok {
			return err
		}
		if s.over(ctx) || s.Kills-s.kills0 >= killsInBout {
			return s.close()
		}
		if ok, err := s.account(s.rnd.IntN(3) == 0); err != nil || !ok {
			return err
		}
	}
}

// close ends a bout: an account, then all leave, and everything is freed.
func (s *storm) close() error {
	s.ending = true
	if ok, err := s.account(false); err != nil || !ok {
		return err
	}
	if !s.await("all leave", func() bool { return s.occupied() == 0 }) {
		return nil
	}
	s.watch.resumed.Store(never)
	if _, err := s.a.Recover(context.Background()); err != nil {
		s.bad("recover: %v", err)
	}
	s.finish()
	return nil
}
