package backing

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena/segment"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// A System V arena is a segment and its companion, a small file: see
// layout.Companion. File.fd is the companion's, so all that is done with locks and
// names is done as with any file; File.seg is the segment, where the bytes are.

// newCompanion opens the file that will be a companion. Nobody else sees it yet; its
// flock is ours.
func newCompanion(op string, n Name, replace bool) (f *File, tmp string, err error) {
	if n.Anonymous() {
		f, err = newMemfd(op, n)
		return f, "", err
	}
	switch old, err := Open(n, false); {
	case err == nil && replace:
		err = old.Unlink()
		old.Close()
		if err != nil {
			return nil, "", err
		}
	case err == nil:
		old.Close()
		return nil, "", exists(op, n)
	case errors.Is(err, errs.NotArena), errors.Is(err, errs.Corrupt), errors.Is(err, errs.Version), errors.Is(err, errs.Busy):
		return nil, "", fmt.Errorf("%w: %w", exists(op, n), err)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, "", err
	}
	place, _, err := resolve(op, n)
	if err != nil {
		return nil, "", err
	}
	if f, tmp, err = nameless(op, n, place); err != nil {
		return nil, "", err
	}
	if err := flock(f.fd); err != nil {
		f.tmp = tmp
		f.undo()
		f.Close()
		return nil, "", f.fail(op, err)
	}
	return f, tmp, nil
}

// Allot makes the segment of a System V arena that is being made, and gives its
// companion the name: from here on others may find it, and see by the flock that
// its maker lives. fs.ErrExist: somebody was faster, or has a segment of that key.
// Other files get their length by Reserve and Truncate, and Allot does nothing.
func (f *File) Allot(size uint64) error {
	const op = "create"
	if f.Name.Kind != KindSysV {
		return nil
	}
	var r [8]byte
	rand.Read(r[:])
	f.about = layout.Companion{
		Key: uint32(f.Name.Key), Pid: uint32(os.Getpid()), Size: size, Nonce: binary.NativeEndian.Uint64(r[:]) | 1,
		Namespace: ipcNamespace(), Made: time.Now().UnixNano(),
	}
	f.about.Seal()
	if err := f.note(0, f.about.Bytes()); err != nil {
		return err
	}
	if f.place != "" {
		if err := f.publish(op, f.tmp, false); err != nil {
			return err
		}
		f.tmp, f.named = "", true
	}
	seg, err := segment.Get(segment.Key(f.Name.Key), size, segment.Create|segment.Exclusive|0o600)
	if err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%w: %w: a segment has this key and is no arena; usarena sysv ls shows whose it is", exists(op, f.Name), err)
		}
		return f.noSegment(op, size, err)
	}
	f.seg, f.size = seg, size
	return nil
}

// commit makes the arena one that others may join.
func (f *File) commit() error {
	if f.place == "" { // it lives as long as somebody has it attached, as its maker has
		if err := f.seg.Remove(); err != nil {
			return err
		}
	}
	f.about.State = uint64(f.seg.ID()) + 1
	if err := f.note(layout.CompanionState, f.about.Bytes()[layout.CompanionState:layout.CompanionState+8]); err != nil {
		return err
	}
	if err := retry(func() error { return unix.Flock(f.fd, unix.LOCK_UN) }); err != nil {
		return f.fail("let go of its lock file "+f.place, err)
	}
	return nil
}

// note writes into the companion.
func (f *File) note(at int64, b []byte) error {
	n := 0
	err := retry(func() (err error) { n, err = unix.Pwrite(f.fd, b, at); return })
	if err == nil && n < len(b) {
		err = unix.ENOSPC
	}
	if err != nil {
		return f.fail("write its lock file "+f.place, err)
	}
	return nil
}

// read reads and proves the companion.
func (f *File) read(op string) error {
	n := 0
	err := retry(func() (err error) { n, err = unix.Pread(f.fd, f.about.Bytes(), 0); return })
	if err != nil {
		return f.fail(op, err)
	}
	what := fmt.Sprintf("%s: lock file %s", f.Name.Given, f.place)
	if n < layout.CompanionSize {
		return errs.Wrap(errs.NotArena, op, "%s has %d bytes, not %d", what, n, layout.CompanionSize)
	}
	if err := f.about.Prove(what); err != nil {
		return err
	}
	if f.about.Key != uint32(f.Name.Key) {
		return errs.Wrap(errs.Corrupt, op, "%s is of the key %#x", what, f.about.Key)
	}
	if here := ipcNamespace(); f.about.Namespace != 0 && here != 0 && f.about.Namespace != here {
		return errs.Wrap(errs.FileSystem, op, "%s: its segment is in another IPC namespace (%d, this process is in %d): run both in one, or use shm:/name", what, f.about.Namespace, here)
	}
	return nil
}

// Companion is the identity of a System V arena's lock file; zero for other files.
func (f *File) Companion() layout.Identity {
	if f.Name.Kind != KindSysV {
		return layout.Identity{}
	}
	return layout.Identity{Dev: f.dev, Ino: f.ino, Nonce: f.about.Nonce}
}

func ipcNamespace() uint64 {
	var st unix.Stat_t
	if unix.Stat("/proc/self/ns/ipc", &st) != nil {
		return 0
	}
	return st.Ino
}
