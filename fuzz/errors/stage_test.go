//go:build linux && (amd64 || 386)

package errors_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/info"
	"usarena/internal/worker"
	"usarena/sync"
)

const stageKind = "errors-stage"

func init() { worker.Register(stageKind, playAll) }

// spec is what a stage is told when it starts.
type spec struct {
	Scene, Dir, Name string
}

// request lets the stage play its scene once.
type request struct{}

// answer is what came of it.
type answer struct {
	Err  string       // of the operation, "" for none
	Is   []unix.Errno // what it contains
	Kind string       // the sentinel that it contains
	Bad  []string     // what must not be
	Maps []string     // mappings that are left: right where munmap failed
}

func (a *answer) wrong(format string, args ...any) {
	a.Bad = append(a.Bad, fmt.Sprintf(format, args...))
}

// stage is the process that plays one scene many times.
type stage struct {
	scene     *scene
	dir, name string

	a     *arena.Arena // the one that operations use
	mate  *arena.Arena // another user in this process
	off   arena.Offset
	held  []arena.Offset
	lock  *sync.Lock
	poll  *sync.PollSema
	other *worker.Proc // another process
	full  int          // blocks that fit
	warm  bool
}

func playAll(side *worker.Side) error {
	var sp spec
	if err := side.Spec(&sp); err != nil {
		return err
	}
	side.Follow()
	runtime.LockOSThread() // one thread is at every operation
	s := &stage{scene: scenes[sp.Scene], dir: sp.Dir, name: sp.Name}
	if s.scene == nil {
		return fmt.Errorf("no scene %q", sp.Scene)
	}
	if s.scene.set != nil {
		if err := s.scene.set(s); err != nil {
			return fmt.Errorf("set: %w", err)
		}
	}
	for {
		var q request
		if err := side.Hear(&q); err != nil {
			return err
		}
		if err := side.Tell(s.play()); err != nil {
			return err
		}
	}
}

// play does what comes before the operation, the operation between the marks,
// and then once more without a failure.
func (s *stage) play() (a answer) {
	x := s.scene
	defer func() {
		if v := recover(); v != nil {
			a.wrong("panic: %v\n%s", v, debug.Stack())
		}
	}()
	start := s.census()
	step := func(what string, f func(*stage) error) bool {
		if f == nil {
			return true
		}
		err := f(s)
		if err != nil {
			a.wrong("%s: %v", what, err)
		}
		return err == nil
	}
	if !step("before", x.before) {
		return a
	}
	ready := s.census()
	markBegin()
	err := x.act(s)
	markEnd()
	if err != nil {
		a.Err, a.Is, a.Kind = err.Error(), errnosOf(err), kindOf(err)
		want := ready
		if x.closes {
			want = start
		}
		s.leaks(&a, "after the failure", want, x.takes+x.frees)
	}
	s.sound(&a, "at once")
	if err == nil || x.once {
		step("undo", x.undo)
	}
	if !x.once {
		if step("the same again", x.act) {
			step("undo of that", x.undo)
		}
	}
	step("after", x.after)
	s.sound(&a, "at last")
	s.leaks(&a, "at last", start, x.takes*2)
	s.warm = true
	return a
}

// sound checks the arena, where there is one.
func (s *stage) sound(a *answer, when string) {
	names, err := os.ReadDir(s.dir)
	if err != nil {
		a.wrong("%v", err)
	}
	if s.scene.sysv && a.Err == "" || s.scene.sysv && when == "at last" {
		if r, err := info.Check(s.name); err != nil && !errors.Is(err, unix.ENOENT) || err == nil && !r.Clean {
			a.wrong("%s the arena is not sound: %+v, %v", when, r.Findings, err)
		}
	}
	for _, n := range names {
		if strings.HasPrefix(n.Name(), ".") {
			a.wrong("%s there is %s", when, n.Name())
			continue
		}
		r, err := info.Check(filepath.Join(s.dir, n.Name()))
		if err != nil || !r.Clean {
			a.wrong("%s the arena is not sound: %+v, %v", when, r.Findings, err)
		}
	}
}

var sentinels = map[string]error{
	"NotArena": arena.ErrNotArena, "Corrupt": arena.ErrCorrupt, "Truncated": arena.ErrTruncated, "TooManyUsers": arena.ErrTooManyUsers,
	"NoSpace": arena.ErrNoSpace, "Busy": arena.ErrBusy, "FileSystem": arena.ErrFileSystem, "OutsideWindow": arena.ErrOutsideWindow,
}

func kindOf(err error) string {
	for name, s := range sentinels {
		if errors.Is(err, s) {
			return name
		}
	}
	return ""
}

func errnosOf(err error) (all []unix.Errno) {
	for errno := range unix.Errno(134) {
		if errno != 0 && errors.Is(err, errno) {
			all = append(all, errno)
		}
	}
	return all
}
