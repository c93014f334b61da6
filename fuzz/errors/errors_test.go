//go:build linux && (amd64 || 386)

package errors_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/internal/scratch"
)

// patience is how long a stage may take for one play; then it hangs.
const patience = 30 * time.Second

// TestErrors lets the k-th call of every scene fail, k = 1, 2, … until the
// operation makes fewer.
func TestErrors(t *testing.T) {
	t.Logf("seed %d, all %v", *seed, *all)
	var sum tally
	for i, name := range slices.Sorted(maps.Keys(scenes)) {
		if *only != "" && *only != name {
			continue
		}
		t.Run(name, func(t *testing.T) {
			d := &director{t: t, name: name, scene: scenes[name], dir: fmt.Sprint(scratch.Prefix("errors"), i), sum: &sum}
			d.arena = filepath.Join(d.dir, "arena")
			if d.scene.sysv {
				d.arena = scratch.SysVName()
				t.Cleanup(func() { scratch.Unlink(d.arena) })
			}
			if err := os.Mkdir(d.dir, 0o700); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.end(); os.RemoveAll(d.dir) })
			d.play()
		})
	}
	t.Log(&sum)
}

// director plays one scene with every failure.
type director struct {
	t     *testing.T
	name  string
	scene *scene
	dir   string
	arena string // its name
	stage *tracer
	plays int // of this stage
	sum   *tally
}

// handed is how many times an arena is handed over to one stage; it takes one to
// begin with and two for each play.
const handed = 100

func (d *director) play() {
	clean := d.clean()
	if clean == nil {
		return
	}
	total := 0
	for nth := 1; ; nth++ {
		guess := unix.ENOMEM
		if nth <= len(clean) {
			list := errnos[clean[nth-1].Name]
			guess = list[(*seed+uint64(nth))%uint64(len(list))]
		}
		c := d.try(plan{nth: nth, errno: guess})
		if c == nil {
			break
		}
		total++
		for _, errno := range errnos[c.Name] {
			if *all && errno != guess {
				d.try(plan{nth: nth, errno: errno})
			}
			if *all && c.forGood(errno) && !d.scene.waits {
				d.try(plan{nth: nth, errno: errno, stays: true})
			}
		}
		if nth > 10_000 || d.t.Failed() && nth > 2*len(clean)+10 {
			d.t.Fatalf("no end after %d calls", nth)
		}
	}
	d.t.Logf("%d calls, clean runs have %d", total, len(clean))
	if d.scene.sysv {
		d.kills(len(clean))
	}
}

// clean plays the scene without failures, twice because the first time Go opens
// things of its own, and lists the calls.
func (d *director) clean() []call {
	var calls []call
	for range 2 {
		a, _, got := d.once(plan{})
		if a == nil || a.Err != "" || len(a.Bad) > 0 {
			d.t.Errorf("without a failure: %+v", a)
			return nil
		}
		calls = got
	}
	return calls
}

// try plays the scene with one failure and judges. Nil: the operation does not
// make so many calls.
func (d *director) try(p plan) *failure {
	d.t.Helper()
	a, fired, _ := d.once(p)
	if a == nil { // the stage has ended, and that was told
		return fired
	}
	what := "no call fails"
	if fired == nil {
		a.Bad = append(a.Bad, a.Maps...)
		if a.Err != "" {
			a.wrong("error %s", a.Err)
		}
	} else {
		what = fmt.Sprintf("call %d fails with %s (%v)", p.nth, unix.ErrnoName(fired.errno), fired.call)
		if p.stays {
			what += " for good"
		}
		if !fired.unmaps() {
			a.Bad = append(a.Bad, a.Maps...)
		}
		d.sum.add(fired.call, fired.errno, a.Err != "")
		switch {
		case a.Err == "":
		case fired.again(fired.errno):
			a.wrong("it should be tried again: %s", a.Err)
		case !slices.Contains(a.Is, fired.errno) && !(fired.means(fired.errno) && a.Kind != ""):
			a.wrong("the errno is lost: %s", a.Err)
		}
	}
	if len(a.Bad) > 0 {
		d.t.Errorf("%s: %s\nerror: %s", what, strings.Join(a.Bad, "\n"), a.Err)
	} else if testing.Verbose() && a.Err != "" {
		d.t.Logf("%s: %s", what, a.Err)
	}
	return fired
}

// once plays the scene in a stage that lives, and tells which call failed and
// all that there were.
func (d *director) once(p plan) (*answer, *failure, []call) {
	d.t.Helper()
	if d.stage == nil || d.scene.hand && 2*d.plays+3 > handed {
		d.end()
		if err := d.start(); err != nil {
			d.t.Fatal(err)
		}
	}
	p.lacks = d.scene.lacks
	s := d.stage
	s.set(p)
	watchdog := time.AfterFunc(patience, func() {
		syscall.Kill(s.proc.Pid(), syscall.SIGQUIT) // shows where it is
		time.AfterFunc(patience, s.proc.Kill)
	})
	defer watchdog.Stop()
	var a answer
	err := s.proc.Tell(request{})
	if err == nil {
		err = s.proc.Hear(&a)
	}
	d.plays++
	fired, calls := s.got()
	if err != nil {
		d.t.Errorf("call %d, %v, fails with %s: the process ended: %s: %v", p.nth, fired, unix.ErrnoName(p.errno), s.end(), err)
		d.end()
		return nil, fired, calls
	}
	return &a, fired, calls
}

func (d *director) start() (err error) {
	var hand []func(*exec.Cmd) error
	if d.scene.hand {
		a, err := arena.Create("memfd:", &small)
		if err != nil {
			return err
		}
		var cmd *exec.Cmd
		defer func() {
			for _, f := range cmd.ExtraFiles {
				f.Close()
			}
			a.Close()
		}()
		hand = append(hand, func(c *exec.Cmd) error {
			for range handed {
				if err := a.Command(c); err != nil {
					return err
				}
			}
			cmd = c
			return nil
		})
	}
	d.stage, err = trace(stageKind, spec{d.name, d.dir, d.arena}, hand...)
	d.plays = 0
	if errors.Is(err, unix.EPERM) {
		d.t.Skipf("processes may not be traced here: %v", err)
	}
	return err
}

func (d *director) end() {
	if d.stage != nil {
		d.stage.proc.Kill()
		d.stage = nil
	}
}
