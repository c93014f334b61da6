package info

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"usarena/internal/backing"
	"usarena/internal/layout"
)

// view is an arena opened for looking: its metadata mapped read-only as far as
// it exists, and a descriptor of its own to ask who lives. Of the pages of data
// only a window is mapped, where objects lie, so that a 32-bit process can look
// at any arena.
type view struct {
	image  *image
	file   *backing.File
	maps   [][]byte
	window []byte
	whole  []byte // of a System V segment; the others are parts of it
}

// open opens the arena called name and verifies its header from a private copy.
// log receives what is wrong with header and length.
func open(name string, log *findings) (*view, error) {
	n, err := backing.Parse(name)
	if err != nil {
		return nil, err
	}
	f, err := backing.Open(n, true)
	if err != nil {
		return nil, err
	}
	v := &view{file: f}
	if err := v.load(name, log); err != nil {
		return nil, errors.Join(err, v.close())
	}
	return v, nil
}

func (v *view) load(name string, log *findings) error {
	size, err := v.file.Size()
	if err != nil {
		return err
	}
	b := make([]byte, layout.HeaderSize)
	n, err := v.file.ReadHeader(b)
	if err != nil {
		return err
	}
	words := wordsOf(b[:n])
	h, err := shortHeader(words, uint64(n), name, log)
	if err != nil {
		return err
	}
	g, err := judge(h, name, log.add)
	if err != nil {
		return err
	}
	if led := v.file.Companion(); led != (layout.Identity{}) && led != h.Companion() {
		log.add(KindCompanion, layout.CompanionIDOff, h.CompanionID, "the header names the lock file with inode %d and nonce %#x, it was reached through inode %d and nonce %#x", h.CompanionIno, h.CompanionID, led.Ino, led.Nonce)
	}
	v.image = &image{name: name, head: h, geo: g}
	lost := v.guard(func() { err = v.mapImage(size, log) })
	if lost != nil {
		return lost
	}
	return err
}

// mapImage maps the metadata. It reads how much there is, so it runs guarded.
func (v *view) mapImage(size uint64, log *findings) (err error) {
	m, g := v.image, &v.image.geo
	if m.front, err = v.words(0, g.StatesOff, size); err != nil {
		return err
	}
	pages := m.committed()
	if m.states, err = v.words(g.StatesOff, pages*layout.StateSize, size); err != nil {
		return err
	}
	if m.bits, err = v.words(g.BitsOff, pages*layout.BitsSize, size); err != nil {
		return err
	}
	if m.tenants, err = v.words(g.TenantsOff, pages*layout.TenantsSize, size); err != nil {
		return err
	}
	m.fetch = v.fetch
	m.dev, m.ino = v.file.ID()
	m.limit()
	// The arena may have grown since its size was taken.
	if size, err = v.file.Size(); err == nil {
		m.judgeSize(size, log)
	}
	return err
}

// words maps length bytes of the file from off on for as long as the view is
// open.
func (v *view) words(off, length, size uint64) ([]uint64, error) {
	b, err := v.mapped(off, length, size)
	if b == nil || err != nil {
		return nil, err
	}
	v.maps = append(v.maps, b)
	return wordsOf(b[off%layout.PageSize:]), nil
}

// fetch maps a window of data and gives up the one before.
func (v *view) fetch(off, length uint64) ([]uint64, error) {
	size, err := v.file.Size()
	if err != nil {
		return nil, err
	}
	if v.window != nil {
		if err := v.giveBack(v.window); err != nil {
			return nil, err
		}
		v.window = nil
	}
	if v.window, err = v.mapped(off, length, size); v.window == nil {
		return nil, err
	}
	return wordsOf(v.window[off%layout.PageSize:]), nil
}

// mapped maps length bytes of the file from off on, whole pages of them, as far
// as the file reaches. What does not exist yet is never touched: a read would
// make it exist.
func (v *view) mapped(off, length, size uint64) (b []byte, err error) {
	from := off &^ layout.PageMask
	to := min((off+length+layout.PageMask)&^layout.PageMask, size)
	if off >= to || length == 0 { // a page may end before off in it, where the file does
		return nil, nil
	}
	if to-from != uint64(int(to-from)) || int(to-from) < 0 {
		return nil, fmt.Errorf("usarena: open: %s: %d bytes of metadata do not fit in this process: %w", v.file.Name.Given, to-from, unix.ENOMEM)
	}
	if v.file.Segmented() {
		if v.whole == nil {
			if v.whole, err = v.file.Attach(0, true); err != nil {
				return nil, fmt.Errorf("usarena: open: %s: attach: %w", v.file.Name.Given, err)
			}
		}
		return v.whole[from:to:to], nil
	}
	b, err = unix.Mmap(v.file.FD(), int64(from), int(to-from), unix.PROT_READ, unix.MAP_SHARED|unix.MAP_NORESERVE)
	if err != nil {
		return nil, fmt.Errorf("usarena: open: %s: map %d bytes: %w", v.file.Name.Given, to-from, err)
	}
	return b, nil
}

func (v *view) close() error { return errors.Join(v.unmap(), v.file.Close()) }

func (v *view) unmap() error {
	var errs []error
	for _, b := range append(v.maps, v.window) {
		if b != nil {
			errs = append(errs, v.giveBack(b))
		}
	}
	if v.whole != nil {
		errs = append(errs, unix.SysvShmDetach(v.whole))
	}
	v.maps, v.window, v.whole = nil, nil, nil
	return errors.Join(errs...)
}

// giveBack unmaps what mapped gave.
func (v *view) giveBack(b []byte) error {
	if v.whole != nil {
		return nil
	}
	return unix.Munmap(b)
}

// CheckFile is Check of a file that is open, and stays so; it needs no name.
func CheckFile(f *backing.File) (Report, error) {
	var log findings
	v := &view{file: f}
	err := v.load(f.Name.Given, &log)
	r, err := v.judge(err, &log)
	return r, errors.Join(err, v.unmap())
}

// UsersFile is Users of a file that is open, and stays so; it needs no name.
func UsersFile(f *backing.File) ([]User, error) {
	var log findings
	v := &view{file: f}
	err := v.load(f.Name.Given, &log)
	if err != nil {
		return nil, errors.Join(err, v.unmap())
	}
	users, err := v.users()
	return users, errors.Join(err, v.unmap())
}

// held reports that another description holds a lock on one of n bytes. When in
// doubt it says yes.
func (v *view) held(at, n uint64) bool {
	lk := unix.Flock_t{Type: unix.F_WRLCK, Start: int64(at), Len: int64(n)}
	for {
		err := unix.FcntlFlock(uintptr(v.file.FD()), unix.F_OFD_GETLK, &lk)
		if !errors.Is(err, unix.EINTR) {
			return err != nil || lk.Type != unix.F_UNLCK
		}
	}
}

// anyUser reports that some user of the arena lives.
func (v *view) anyUser() bool {
	first, last := layout.LockByte(1), layout.LockByte(int(v.image.geo.Users))
	return v.held(first, last-first+1)
}

// Dead makes a view an oracle for reports.
func (v *view) Dead(slot int) bool { return !v.held(layout.LockByte(slot), 1) }

func (v *view) backing() string { return v.file.Name.Kind.String() }
