package segment

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// Stat tells what is known of the segment now (shmctl IPC_STAT, fstat). A System V
// segment must be readable by this process.
func (s *Segment) Stat() (st Stat, err error) {
	err = s.with("stat", func() error { st, err = s.stat("stat"); return err })
	return st, err
}

func (s *Segment) stat(op string) (Stat, error) {
	if s.kind == SysV {
		d, err := s.desc(op)
		if err != nil {
			return Stat{}, err
		}
		st := statOf(s.id, &d)
		st.Name = s.name
		return st, nil
	}
	var b unix.Stat_t
	if err := retry(func() error { return unix.Fstat(s.fd, &b) }); err != nil {
		return Stat{}, fail(op, s.name, err)
	}
	return Stat{
		Name: s.name, Kind: s.kind.String(), Size: uint64(b.Size), Mode: fs.FileMode(b.Mode).Perm(), UID: b.Uid, GID: b.Gid, ID: -1,
		Access: time.Unix(b.Atim.Unix()), Change: time.Unix(b.Ctim.Unix()),
	}, nil
}

func (s *Segment) desc(op string) (d unix.SysvShmDesc, err error) {
	_, err = unix.SysvShmCtl(s.id, unix.IPC_STAT, &d)
	return d, fail(op, s.name, err)
}

// statOf is a Stat of what the kernel says.
func statOf(id int, d *unix.SysvShmDesc) Stat {
	p, a := &d.Perm, attachTimes(d)
	mode := uint32(p.Mode)
	name := fmt.Sprintf("sysv:%#x", uint32(p.Key))
	if Key(p.Key) == Private {
		name = fmt.Sprintf("shmid %d", id)
	}
	return Stat{
		Name: name, Kind: SysV.String(), Size: uint64(d.Segsz), Mode: fs.FileMode(mode).Perm(), UID: p.Uid, GID: p.Gid,
		Access: moment(a[0]), Detach: moment(a[1]), Change: moment(a[2]),
		Key: Key(p.Key), ID: id, Sequence: p.Seq, CUID: p.Cuid, CGID: p.Cgid, Creator: int(d.Cpid), Last: int(d.Lpid),
		Attached: uint64(d.Nattch), Destroyed: mode&modeDest != 0, Locked: mode&modeLocked != 0,
	}
}

// moment is a time in seconds; 0 is never.
func moment(sec int64) time.Time {
	if sec == 0 {
		return time.Time{}
	}
	return time.Unix(sec, 0)
}

// Size is how many bytes the segment has now.
func (s *Segment) Size() (uint64, error) {
	st, err := s.Stat()
	return st.Size, err
}

// SetOwner gives the segment to another user and group (IPC_SET, fchown). Its owner
// and, with System V, its creator may, and the superuser.
func (s *Segment) SetOwner(uid, gid uint32) error {
	return s.set("set owner", func(d *unix.SysvShmDesc) { d.Perm.Uid, d.Perm.Gid = uid, gid },
		func() error { return unix.Fchown(s.fd, int(uid), int(gid)) })
}

// SetMode changes permissions (IPC_SET, fchmod), for whoever opens or attaches after
// this.
func (s *Segment) SetMode(perm fs.FileMode) error {
	if perm&^0o777 != 0 {
		return errs.Wrap(errs.Invalid, "set mode", "%s: %v is no permission", s.name, perm)
	}
	return s.set("set mode", func(d *unix.SysvShmDesc) { setMode(d, perm) },
		func() error { return unix.Fchmod(s.fd, uint32(perm)) })
}

func (s *Segment) set(op string, change func(*unix.SysvShmDesc), other func() error) error {
	return s.with(op, func() error {
		if s.kind != SysV {
			return fail(op, s.name, retry(other))
		}
		d, err := s.desc(op)
		if errors.Is(err, unix.EACCES) { // its owner need not have permission to read it
			d, err = anyDesc(s.id)
		}
		if err != nil {
			return err
		}
		change(&d)
		_, err = unix.SysvShmCtl(s.id, unix.IPC_SET, &d)
		return fail(op, s.name, err)
	})
}
