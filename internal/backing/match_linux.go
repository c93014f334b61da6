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
)

// How much of two files is compared at a time, and is one processor's work.
const (
	matchStep = 256 << 10
	matchPart = 8 << 20
)

// Match makes the bytes from at to end what they are in another file, on all
// processors, and tells how many had to be written, in steps of some KiB. Where the
// other file has holes and this one has none, zeros are written. seen is told of
// progress, in bytes.
func (f *File) Match(ctx context.Context, from *File, at, end uint64, seen func(uint64)) (written uint64, err error) {
	var next, wrote atomic.Uint64
	next.Store(at)
	var wg sync.WaitGroup
	all := make([]error, runtime.GOMAXPROCS(0))
	for i := range all {
		wg.Go(func() {
			is, want := make([]byte, matchStep), make([]byte, matchStep)
			for {
				lo := next.Add(matchPart) - matchPart
				hi := min(lo+matchPart, end)
				if lo >= end || lo < at {
					return
				}
				if all[i] = ctx.Err(); all[i] != nil {
					return
				}
				var n uint64
				n, all[i] = f.match(from, lo, hi, is, want)
				wrote.Add(n)
				if all[i] != nil {
					next.Store(end)
					return
				}
				if seen != nil {
					seen(hi - lo)
				}
			}
		})
	}
	wg.Wait()
	return wrote.Load(), errors.Join(all...)
}

// match is Match of a part, in the calling goroutine.
func (f *File) match(from *File, at, end uint64, is, want []byte) (written uint64, err error) {
	for at < end {
		data, stop, err := from.stretch(int64(at))
		if err == unix.ENXIO { // a hole up to the end
			data, stop, err = int64(end), int64(end), nil
		}
		if err != nil {
			return written, from.fail("copy", err)
		}
		n, err := f.clear(at, min(uint64(data), end), is)
		written += n
		if err != nil {
			return written, err
		}
		for at = uint64(data); at < min(uint64(stop), end); {
			k := min(matchStep, min(uint64(stop), end)-at)
			if _, err := from.ReadAt(want[:k], int64(at)); err != nil {
				return written, from.fail("copy", err)
			}
			n, err := f.ReadAt(is[:k], int64(at))
			if err != nil && err != io.EOF {
				return written, err
			}
			if uint64(n) < k || !bytes.Equal(is[:k], want[:k]) {
				if _, err := f.WriteAt(want[:k], int64(at)); err != nil {
					return written, err
				}
				written += k
			}
			at += k
		}
	}
	return written, nil
}

// clear makes zeros of the bytes from at to end that are not.
func (f *File) clear(at, end uint64, b []byte) (written uint64, err error) {
	for at < end {
		data, stop, err := f.stretch(int64(at))
		if err == unix.ENXIO {
			return written, nil
		}
		if err != nil {
			return written, f.fail("copy", err)
		}
		for at = uint64(data); at < min(uint64(stop), end); {
			k := min(uint64(len(b)), min(uint64(stop), end)-at)
			n, err := f.ReadAt(b[:k], int64(at))
			if err != nil && err != io.EOF {
				return written, err
			}
			if bytes.Count(b[:n], []byte{0}) != n {
				clear(b[:n])
				if _, err := f.WriteAt(b[:n], int64(at)); err != nil {
					return written, err
				}
				written += uint64(n)
			}
			at += k
		}
	}
	return written, nil
}
