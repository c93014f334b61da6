//go:build linux && (amd64 || 386)

package errors_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
	"usarena/sync"
)

// scene is an operation with what comes before and after it.
type scene struct {
	set    func(*stage) error // once
	before func(*stage) error
	act    func(*stage) error // the operation
	undo   func(*stage) error // what act did
	after  func(*stage) error // undoes before
	once   bool               // act is not done again; undo follows in any case
	closes bool               // act gives back all that before took, also when it fails
	takes  int                // descriptors that act uses up, whatever comes of it
	frees  int                // descriptors of before that it closes when it fails
	waits  bool               // for what calls find out: none may fail for good
	lacks  []lack             // what cannot be done at all here
	sysv   bool               // in a System V segment
	hand   bool               // the arena is handed over by who starts the stage
}

var (
	noTmpfile   = lack{"open O_TMPFILE", unix.EOPNOTSUPP}
	noRenameat2 = lack{"renameat2", unix.EINVAL}
	noGuess     = lack{"mmap NOREPLACE", unix.EEXIST} // the address is taken: space is reserved first
	small       = config.Config{MaxSize: 16 << 20}
	fixed       = config.Config{Size: 1 << 20}
)

var scenes = map[string]*scene{
	"create":         {act: create(small), undo: leave},
	"create named":   {act: create(small), undo: leave, lacks: []lack{noTmpfile}},
	"create linked":  {act: create(small), undo: leave, lacks: []lack{noTmpfile, noRenameat2}},
	"create sparse":  {act: create(config.Config{MaxSize: 16 << 20, NoReserve: true}), undo: leave},
	"create hidden":  {act: create(config.Config{MaxSize: 16 << 20, Type: config.SharedOnly}), undo: closeIt},
	"memfd":          {act: func(s *stage) (err error) { s.a, err = arena.Create("memfd:", &small); return }, undo: closeIt},
	"init":           {act: initialise(arena.Init), undo: leave},
	"sysv create":    {act: create(fixed), undo: leave, sysv: true},
	"sysv named":     {act: create(fixed), undo: leave, sysv: true, lacks: []lack{noTmpfile}},
	"sysv linked":    {act: create(fixed), undo: leave, sysv: true, lacks: []lack{noTmpfile, noRenameat2}},
	"sysv hidden":    {act: create(config.Config{Size: 1 << 20, Type: config.SharedOnly}), undo: closeIt, sysv: true},
	"sysv private":   {act: func(s *stage) (err error) { s.a, err = arena.Create("sysv:private", &fixed); return }, undo: closeIt},
	"sysv init":      {act: initialise(arena.Init), undo: leave, sysv: true},
	"sysv fresh":     {before: idle(config.Config{Size: 1 << 20, ResetIdle: true}), act: initialise(arena.Init), undo: closeIt, after: again, sysv: true},
	"sysv join":      {before: inUse, act: open(arena.Join), undo: closeIt, after: end, sysv: true},
	"sysv read-only": {before: inUse, act: open(arena.OpenReadOnly), undo: closeIt, after: end, sysv: true},
	"sysv close":     {before: working, act: closeIt, undo: gone, once: true, closes: true, sysv: true},
	"sysv remove":    {before: idle(fixed), act: again, undo: idle(fixed), after: again, sysv: true},
	"sysv unlink":    {before: working, act: func(s *stage) error { return s.a.Unlink() }, undo: closeIt, after: again, once: true, sysv: true},
	"sysv chmod":     {before: working, act: func(s *stage) error { return s.a.Chmod(0o640) }, after: leave, sysv: true},
	"sysv check":     {before: working, act: check, after: leave, sysv: true},
	"init fresh":     {before: idle(config.Config{ResetIdle: true}), act: initialise(arena.Init), undo: closeIt, after: gone},
	"fresh linked":   {before: idle(config.Config{}), act: initialise(arena.InitFresh), undo: closeIt, after: gone, lacks: []lack{noTmpfile}},
	"join":           {before: inUse, act: open(arena.Join), undo: closeIt, after: end},
	"join elsewhere": {before: inUse, act: open(arena.Join), undo: closeIt, after: end, lacks: []lack{noGuess}},
	"join by link":   {before: linked, act: func(s *stage) (err error) { s.a, err = arena.Join(s.name + ".link"); return }, undo: closeIt, after: unlinked},
	"init of it":     {before: inUse, act: initialise(arena.Init), undo: closeIt, after: end},
	"open read-only": {before: inUse, act: open(arena.OpenReadOnly), undo: closeIt, after: end},
	"close":          {before: working, act: closeIt, undo: gone, once: true, closes: true},
	"remove":         {before: idle(small), act: func(s *stage) error { return arena.Remove(s.name) }, undo: idle(small), after: gone},
	"unlink":         {before: working, act: func(s *stage) error { return s.a.Unlink() }, undo: closeIt, after: again, once: true},
	"chmod":          {before: working, act: func(s *stage) error { return s.a.Chmod(0o640) }, after: leave},
	"malloc grows":   {before: working, act: grow, undo: shrink, after: leave},
	"malloc to full": {before: create(config.Config{MaxSize: 512 << 10}), act: fill, undo: empty, after: leave},
	"check":          {before: working, act: check, after: leave},
	"looks":          {before: working, act: look, after: leave},
	"command":        {before: working, act: command, undo: uncommand, after: leave},
	"inherit":        {set: inheritOne, act: func(s *stage) (err error) { s.a, err = arena.Inherit(); return }, undo: closeIt, takes: 1, hand: true},
	"recover":        {before: mourning, act: recoverDead, undo: mournedSlotFree, after: leave, waits: true},
	"join the dead":  {before: bereft, act: open(arena.Join), undo: closeIt, after: gone, waits: true},
	"lock of dead":   {before: mourning, act: lockOfDead, undo: mourningAgain, after: leave, waits: true},
	"lock waits":     {before: contended, act: lockWaits, undo: lockGiven, after: parted, waits: true},
	"unlock wakes":   {before: awaited, act: func(s *stage) error { return s.lock.Unlock() }, undo: awaitedAgain, after: unawaited, waits: true},
	"poll":           {before: polling, act: openPoll, undo: func(s *stage) error { return s.poll.Close() }, after: leave},
	"poll closes":    {before: pollOpen, act: func(s *stage) error { return s.poll.Close() }, undo: leave, once: true, frees: 1},
	"objects":        {before: working, act: newLock, undo: freeLock, after: leave},
}

func create(cfg config.Config) func(*stage) error {
	return func(s *stage) (err error) {
		s.a, err = arena.Create(s.name, &cfg)
		return err
	}
}

func initialise(f func(string, *config.Config) (*arena.Arena, error)) func(*stage) error {
	return func(s *stage) (err error) {
		s.a, err = f(s.name, &small)
		return err
	}
}

func open(f func(string) (*arena.Arena, error)) func(*stage) error {
	return func(s *stage) (err error) {
		s.a, err = f(s.name)
		return err
	}
}

// closeIt ends the attachment that operations use; what it holds goes with it.
func closeIt(s *stage) error {
	a := s.a
	s.a, s.lock, s.poll, s.held = nil, nil, nil, nil
	return a.Close()
}

func gone(s *stage) error { return arena.Remove(s.name) }

func leave(s *stage) error { return errors.Join(closeIt(s), gone(s)) }

// idle makes an arena that nobody uses.
func idle(cfg config.Config) func(*stage) error {
	return func(s *stage) error {
		if err := create(cfg)(s); err != nil {
			return err
		}
		_, err := s.a.Malloc(100)
		return errors.Join(err, closeIt(s))
	}
}

// inUse makes an arena that somebody else uses.
func inUse(s *stage) (err error) {
	if s.mate, err = arena.Create(s.name, &small); err == nil {
		_, err = s.mate.Malloc(100)
	}
	return err
}

// linked leads to such an arena by a symbolic link.
func linked(s *stage) error { return errors.Join(inUse(s), os.Symlink("arena", s.name+".link")) }

func unlinked(s *stage) error { return errors.Join(os.Remove(s.name+".link"), end(s)) }

func end(s *stage) error { return errors.Join(s.mate.Close(), gone(s)) }

// working makes an arena and has something in it.
func working(s *stage) error {
	if err := create(small)(s); err != nil {
		return err
	}
	var all []error
	for _, n := range []uint64{10, 100, 1000, 10_000, 40_000} {
		_, err := s.a.Malloc(n)
		all = append(all, err)
	}
	_, err := sync.NewLock(s.a)
	return errors.Join(append(all, err)...)
}

// again says that a name whose file may have lost it is nobody's any more.
func again(s *stage) error {
	if err := gone(s); err != nil && !errors.Is(err, unix.ENOENT) {
		return err
	}
	return nil
}

func grow(s *stage) (err error) {
	s.off, err = s.a.Malloc(1 << 20)
	if err == nil {
		clear(s.a.Bytes(s.off, 1<<20))
	}
	return err
}

func shrink(s *stage) error { return s.a.Free(s.off) }

// fill allocates until the arena is full, which is no failure.
func fill(s *stage) error {
	for {
		p, err := s.a.Malloc(5000)
		if err != nil {
			if s.full == 0 {
				s.full = len(s.held)
			}
			if len(s.held) == s.full && errors.Is(err, arena.ErrNoSpace) {
				return nil
			}
			return errors.Join(err, empty(s))
		}
		clear(s.a.Bytes(p, 5000))
		s.held = append(s.held, p)
	}
}

func empty(s *stage) error {
	var all []error
	for _, p := range s.held {
		all = append(all, s.a.Free(p))
	}
	s.held = nil
	return errors.Join(all...)
}

func check(s *stage) error {
	r, err := info.Check(s.name)
	if err == nil && !r.Clean {
		return fmt.Errorf("%+v", r.Findings)
	}
	return err
}

func look(s *stage) error {
	_, err1 := info.Stat(s.name)
	_, err2 := info.Users(s.name)
	_, err3 := info.Objects(s.name)
	_, err4 := info.Deadlocks(s.name)
	var err5 error
	for _, err := range info.Walk(s.name) {
		err5 = errors.Join(err5, err)
	}
	return errors.Join(err1, err2, err3, err4, err5)
}

// inheritOne looks at all that was handed over, which happens once.
func inheritOne(*stage) error {
	a, err := arena.Inherit()
	if err == nil {
		err = a.Close()
	}
	return err
}

var handedTo exec.Cmd

func command(s *stage) error {
	handedTo = exec.Cmd{}
	return s.a.Command(&handedTo)
}

func uncommand(*stage) error {
	var all []error
	for _, f := range handedTo.ExtraFiles {
		all = append(all, f.Close())
	}
	return errors.Join(all...)
}
