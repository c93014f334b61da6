package backing

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
	"usarena/internal/fault"
)

// How much of two files is compared at a time, and is one processor's work.
const (
	matchStep = 64 << 10
	matchPart = 8 << 20
)

// Match makes the bytes from at to end what they are in the other file, on all
// processors, and tells how many had to be written, in steps of some KiB. Where the
// other file has holes and this one has none, zeros are written. seen is told of
// progress, in bytes.
func (m *Matcher) Match(ctx context.Context, at, end uint64, seen func(uint64)) (written uint64, err error) {
	// Asked once: the system looks for the end of a stretch page by page.
	have, err := m.to.stretches(at, end)
	if err != nil {
		return 0, err
	}
	want, err := m.from.stretches(at, end)
	if err != nil {
		return 0, err
	}
	var next, wrote atomic.Uint64
	next.Store(at)
	var wg sync.WaitGroup
	all := make([]error, runtime.GOMAXPROCS(0))
	for i := range all {
		wg.Go(func() {
			w := matcher{Matcher: m, have: have, want: want}
			for {
				lo := next.Add(matchPart) - matchPart
				hi := min(lo+matchPart, end)
				if lo >= end || lo < at {
					return
				}
				if all[i] = errors.Join(ctx.Err(), w.part(lo, hi)); all[i] != nil {
					next.Store(end)
					return
				}
				wrote.Add(w.written)
				w.written = 0
				if seen != nil {
					seen(hi - lo)
				}
			}
		})
	}
	wg.Wait()
	return wrote.Load(), errors.Join(all...)
}

// matcher is one processor's part of Match.
type matcher struct {
	*Matcher
	have, want []stretch // where the files have data, ascending
	written    uint64
}

// part is Match of a part.
func (m *matcher) part(at, end uint64) (err error) {
	defer func(before bool) {
		p := recover()
		fault.Disarm(before)
		if _, isFault := fault.At(p); isFault {
			err = errs.Wrap(errs.Truncated, "copy", "%s or %s has lost a page between %#x and %#x: something truncated it", m.from.Name.Given, m.to.Name.Given, at, end)
		} else if p != nil {
			panic(p)
		}
	}(fault.Arm())
	for at < end {
		data, stop := next(m.want, at, end)
		if err := m.clear(at, data); err != nil {
			return err
		}
		if data < stop {
			if err := m.same(data, stop); err != nil {
				return err
			}
		}
		at = stop
	}
	return nil
}

// same makes a stretch of data the same.
func (m *matcher) same(at, end uint64) error {
	want, done, err := m.window(m.from, at, end)
	if err != nil {
		return err
	}
	defer done()
	for at < end {
		data, stop := next(m.have, at, end)
		if k := data - at; k > 0 { // nothing is there yet
			if err := m.write(want[:k], at); err != nil {
				return err
			}
			want = want[k:]
		}
		if k := stop - data; k > 0 {
			if err := m.compare(want[:k], data); err != nil {
				return err
			}
			want = want[k:]
		}
		at = stop
	}
	return nil
}

// compare writes what differs.
func (m *matcher) compare(want []byte, at uint64) error {
	is, done, err := m.window(m.to, at, at+uint64(len(want)))
	if err != nil {
		return err
	}
	defer done()
	for len(want) > 0 {
		k := min(matchStep, len(want))
		if !bytes.Equal(is[:k], want[:k]) {
			if err := m.write(want[:k], at); err != nil {
				return err
			}
		}
		is, want, at = is[k:], want[k:], at+uint64(k)
	}
	return nil
}

func (m *matcher) write(b []byte, at uint64) error {
	m.written += uint64(len(b))
	_, err := m.to.WriteAt(b, int64(at))
	if errors.Is(err, unix.EFAULT) { // b is a view, and its page is gone
		return errs.Wrap(errs.Truncated, "copy", "%s has lost the page at %#x: something truncated it", m.from.Name.Given, at)
	}
	return err
}

// clear makes zeros of a stretch, where there is anything.
func (m *matcher) clear(at, end uint64) error {
	b, zero := make([]byte, matchStep), make([]byte, matchStep)
	for at < end {
		data, stop := next(m.have, at, end)
		for at = data; at < stop; {
			k := min(matchStep, stop-at)
			n, err := m.to.ReadAt(b[:k], int64(at))
			if err != nil && err != io.EOF {
				return err
			}
			if !bytes.Equal(b[:n], zero[:n]) {
				if err := m.write(zero[:n], at); err != nil {
					return err
				}
			}
			at += k
		}
	}
	return nil
}
