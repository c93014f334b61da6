//go:build linux && (amd64 || 386)

package errors_test

import (
	"errors"
	"io/fs"
	"os"

	"usarena/arena"
	"usarena/arena/segment"
	"usarena/internal/scratch"
)

// kills kills the stage before the k-th call of its operation, k = 1, 2, …. Whatever
// is left then: who comes next has a sound arena of that name, and when that is removed
// nothing is left.
func (d *director) kills(calls int) {
	n := 0
	for nth := 1; nth <= calls+2; nth++ {
		d.end()
		if err := d.start(); err != nil {
			d.t.Fatal(err)
		}
		s := d.stage
		s.set(plan{nth: nth, kills: true, lacks: d.scene.lacks})
		var a answer
		err := s.proc.Tell(request{})
		if err == nil {
			err = s.proc.Hear(&a)
		}
		fired, _ := s.got()
		d.end()
		if err != nil && fired == nil {
			d.t.Fatalf("call %d: the process ended unasked: %v", nth, err)
		}
		if fired != nil {
			n++
		}
		d.next(nth, fired)
	}
	if n < calls-3 {
		d.t.Errorf("killed %d times, there are %d calls", n, calls)
	}
	d.t.Logf("killed before each of %d calls", n)
}

// next is who comes after the killed one.
func (d *director) next(nth int, fired *failure) {
	d.t.Helper()
	b, err := arena.Init(d.arena, &fixed)
	if err != nil {
		d.t.Errorf("killed before call %d, %v: the next one: %v", nth, fired, err)
		return
	}
	if r := b.Check(); !r.Clean {
		d.t.Errorf("killed before call %d, %v: %+v", nth, fired, r.Findings)
	}
	if _, err := b.Recover(d.t.Context()); err != nil {
		d.t.Error(err)
	}
	if err := errors.Join(b.Close(), arena.Remove(d.arena)); err != nil {
		d.t.Errorf("killed before call %d, %v: %v", nth, fired, err)
	}
	key, _ := scratch.SysVKey(d.arena)
	_, segErr := segment.Get(key, 0, 0)
	_, fileErr := os.Stat(scratch.Path(d.arena))
	if !errors.Is(segErr, fs.ErrNotExist) || !errors.Is(fileErr, fs.ErrNotExist) {
		d.t.Errorf("killed before call %d, %v: left over: segment %v, lock file %v", nth, fired, segErr, fileErr)
	}
}
