package image_test

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"usarena/internal/layout"
	"usarena/internal/worker"
)

var (
	flipAll   = flag.Bool("image.flips", false, "every bit of a small arena's metadata, every value of every byte of its header, one after the other")
	flipHow   = flag.String("image.how", "", "bits, bytes, raw, pages or cuts alone")
	flipFrom  = flag.Uint64("image.from", 0, "number of the first damage, with image.how")
	flipShort = flag.Uint64("image.sample", 120, "how many of each kind and zone otherwise")
)

// TestFlips damages a small arena in one place after the other and uses it.
func TestFlips(t *testing.T) {
	m, err := theSmall()
	if err != nil {
		t.Fatal(err)
	}
	f := &flipper{t: t, m: m, name: fileName() + "-flips", progress: fileName() + "-at"}
	t.Cleanup(f.end)
	for _, p := range m.parts() {
		if *flipHow != "" && *flipHow != p.how {
			continue
		}
		n, step, from := p.end-p.from, uint64(1), max(p.from, *flipFrom)
		if !*flipAll && n > *flipShort {
			step = n / *flipShort | 1 // odd: every bit of a byte has its turn
			from += uint64(time.Now().UnixNano()) % step
		}
		begin := time.Now()
		seen, played := f.play(p.how, from, step, p.end)
		t.Logf("%s, %s: %d of %d, from %d in steps of %d, in %v", p.how, p.name, played, n, from, step, time.Since(begin).Round(time.Millisecond))
		for _, kind := range slices.Sorted(maps.Keys(seen)) {
			if what, _, _ := strings.Cut(kind, " "); what == "Check" || what == "Join" || kind == "Close ok" {
				t.Logf("  %s: %d", kind, seen[kind])
			}
		}
	}
}

// flipper has a child do the damages, and another one when that dies.
type flipper struct {
	t              *testing.T
	m              *small
	name, progress string
	child          *worker.Proc
	at             *os.File
	wrong          int
}

// mostWrong is how many bad damages are enough.
const mostWrong = 50

// rowLength is how many damages a child does before it answers.
const rowLength = 500

// play does the damages from, from+step, … below end.
func (f *flipper) play(how string, from, step, end uint64) (seen map[string]int, played uint64) {
	seen = map[string]int{}
	for from < end {
		r := row{How: how, From: from, Step: step, N: min((end-from+step-1)/step, rowLength)}
		got, stopped, err := f.ask(r, theNurse.patience)
		if err != nil {
			// The rest of the row follows; the one at which it stopped gets a
			// child and time of its own.
			f.before(r, stopped, seen)
			if got, _, err = f.ask(row{How: how, From: stopped, Step: step, N: 1}, theNurse.last); err != nil {
				f.bad(how, stopped, short(err))
			}
			r.N = (stopped-from)/step + 1
		}
		f.count(how, got, seen)
		played += r.N
		from += r.N * step
		if f.wrong > mostWrong {
			f.t.Fatal("too much is wrong")
		}
	}
	return seen, played
}

// before does those again whose answers were lost.
func (f *flipper) before(r row, stopped uint64, seen map[string]int) {
	if r.N = (stopped - r.From) / r.Step; r.N == 0 {
		return
	}
	got, at, err := f.ask(r, theNurse.last)
	if err != nil {
		f.bad(r.How, at, short(err))
	}
	f.count(r.How, got, seen)
}

func (f *flipper) count(how string, got *result, seen map[string]int) {
	if got == nil {
		return
	}
	for kind, n := range got.Seen {
		seen[kind] += n
	}
	for i, text := range got.Bad {
		f.bad(how, got.At[i], text)
	}
}

func (f *flipper) bad(how string, i uint64, text string) {
	f.wrong++
	what := fmt.Sprintf("%s %d", how, i)
	switch how {
	case flipBits:
		off, mask, zone := f.m.bit(i)
		what += fmt.Sprintf(": %s, bit %#x of byte %#x, which is %#x", zone, mask, off, f.m.Bytes[off])
	case flipBytes, rawBytes:
		what += fmt.Sprintf(": %#x at byte %#x, which is %#x", byte(i), i/256, f.m.Bytes[i/256])
	}
	f.t.Errorf("%s: %s", what, text)
}

// ask lets the child do a row. An error says at which damage it stopped: where
// it died, or where it did not go on for as long as patience.
func (f *flipper) ask(r row, patience time.Duration) (got *result, stopped uint64, err error) {
	if f.child == nil {
		if err := f.begin(); err != nil {
			f.t.Fatal(err)
		}
	}
	f.setAt(r.From)
	if err := f.child.Tell(r); err != nil {
		f.t.Fatal(err)
	}
	answer := make(chan error, 1)
	got = &result{}
	p := f.child
	go func() { answer <- p.Hear(got) }()
	for at, since := f.where(), time.Now(); ; {
		select {
		case err := <-answer:
			if err == nil {
				return got, 0, nil
			}
			at = f.where()
			f.drop()
			return nil, at, err
		case <-time.After(patience / 10):
		}
		if now := f.where(); now != at {
			at, since = now, time.Now()
		} else if time.Since(since) > patience {
			syscall.Kill(p.Pid(), syscall.SIGQUIT) // shows where it is
			kill := time.AfterFunc(10*time.Second, p.Kill)
			err := <-answer
			kill.Stop()
			f.drop()
			return nil, at, errors.Join(fmt.Errorf("it did not go on for %v", patience), err)
		}
	}
}

func (f *flipper) begin() (err error) {
	if f.at == nil {
		if f.at, err = os.OpenFile(f.progress, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
			return err
		}
		if err := f.at.Truncate(layout.PageSize); err != nil {
			return err
		}
	}
	if f.child, err = worker.Start(context.Background(), "flips", nil); err != nil {
		return err
	}
	return f.child.Tell(batch{f.m, f.name, f.progress})
}

func (f *flipper) where() uint64 {
	var b [8]byte
	f.at.ReadAt(b[:], 0)
	return binary.NativeEndian.Uint64(b[:])
}

func (f *flipper) setAt(i uint64) {
	var b [8]byte
	binary.NativeEndian.PutUint64(b[:], i)
	f.at.WriteAt(b[:], 0)
}

func (f *flipper) drop() {
	if f.child != nil {
		f.child.Kill()
		f.child = nil
	}
}

func (f *flipper) end() {
	f.drop()
	if f.at != nil {
		f.at.Close()
	}
	os.Remove(f.name)
	os.Remove(f.progress)
}
