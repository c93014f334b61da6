package arena

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"usarena/alloc"
	"usarena/config"
	"usarena/internal/backing"
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/liveness"
	"usarena/internal/region"
	"usarena/internal/robust"
)

// attachOptions says in what way somebody joins.
type attachOptions struct {
	ctx    context.Context
	addr   uint64        // base address asked for
	reaper time.Duration // 0: none
	init   bool          // through Init: foreign files are refused, idle arenas may start afresh
	fresh  bool          // as usinit: idle arenas do start afresh, other files are overwritten
	cfg    *config.Config
}

// join opens the file behind n and attaches to the arena in it. It returns
// errMoved or errInUse, bare, when it should be tried again.
func join(ctx context.Context, n backing.Name, opt attachOptions) (*Arena, error) {
	f, err := backing.Open(n, false)
	if n.Kind == backing.KindSysV && errors.Is(err, errs.Busy) {
		err = errInUse // it is just being made
	}
	if err != nil {
		return nil, err
	}
	if opt.init {
		if err := f.CheckOwner(); err != nil {
			f.Close()
			return nil, err
		}
	}
	view, err := readHeader(f, n.Given)
	if f.Segmented() && errors.Is(err, fs.ErrNotExist) {
		err = errMoved // removed since it was opened
	}
	if opt.mayReplace(view, err) {
		a, inUse, err := startAfresh(ctx, f, n, opt.cfg)
		if !inUse {
			f.Close()
			return a, err
		}
	}
	if err != nil {
		f.Close()
		if opt.mayReplace(view, err) { // no arena, and somebody else is replacing it
			err = errInUse
		}
		return nil, err
	}
	k, err := newKeeper(f, false)
	if err != nil {
		f.Close()
		return nil, err
	}
	fail := func(err error) (*Arena, error) { k.Close(); f.Close(); return nil, err }
	if ok, err := k.ShareUse(); err != nil { // model: J1
		return fail(err)
	} else if !ok {
		return fail(errInUse)
	}
	if same, err := f.SamePath(); err != nil && !errors.Is(err, fs.ErrNotExist) { // model: J2
		return fail(err)
	} else if !same {
		return fail(errMoved)
	}
	return attach(ctx, f, k, view, n.Given, opt)
}

// mayReplace says that a file starts afresh if nobody uses it. err is what
// readHeader found.
func (o *attachOptions) mayReplace(v *headerView, err error) bool {
	switch {
	case err == nil:
		return o.fresh || o.init && v.header.Flags&layout.FlagResetIdle != 0
	case errors.Is(err, errs.NotArena):
		return o.fresh && !v.damaged()
	}
	return false
}

// newKeeper makes what an attachment's life hangs on: a description of its own
// that holds our bytes and does nothing else, and f's to probe others with.
func newKeeper(f *backing.File, readOnly bool) (*liveness.Keeper, error) {
	hold, err := f.Reopen(readOnly)
	if err != nil {
		return nil, err
	}
	probe, err := unix.FcntlInt(uintptr(f.FD()), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		unix.Close(hold)
		return nil, fmt.Errorf("usarena: open: %s: %w", f.Name.Given, err)
	}
	dev, ino := f.ID()
	return liveness.NewOf(hold, probe, dev, ino), nil
}

// attach makes this process a user of the arena in f. The caller holds a share
// of the USE byte through k, so nobody removes or replaces the file now. view is
// f's header, nil if it was not read yet. f and k belong to the Arena, or are
// closed after an error.
func attach(ctx context.Context, f *backing.File, k *liveness.Keeper, view *headerView, name string, opt attachOptions) (_ *Arena, err error) {
	a := &Arena{name: name, file: f, keeper: k, addr: opt.addr}
	a.gate.init()
	defer func() {
		if err != nil {
			if a.region != nil {
				a.region.Close()
			}
			k.Close()
			f.Close()
		}
	}()
	if view == nil {
		if view, err = readHeader(f, name); err != nil {
			return nil, err
		}
	}
	if err := view.refuseUnknown(name); err != nil {
		return nil, err
	}
	if err := a.mapRegion(view, opt.addr, false); err != nil {
		return nil, err
	}
	if err := k.Pin(); err != nil {
		return nil, fmt.Errorf("usarena: open: %s: pin the lock: %w", name, err)
	}
	if err := a.settle(ctx, k); err != nil {
		return nil, err
	}
	a.region.OnLost(a.poisoned)
	a.reaper.start(a, opt.reaper)
	return a, nil
}

// settle makes this process a user of the arena that is mapped. Nobody else knows
// a yet.
func (a *Arena) settle(ctx context.Context, k *liveness.Keeper) (err error) {
	defer a.region.Caught("open", &err, fault.Arm())
	if err := a.takeSlot(ctx); err != nil {
		return err
	}
	lanes := robust.NewLanes(a.region, a.slot)
	a.heap = alloc.Attach(alloc.Attachment{Region: a.region, Slot: a.slot, Gen: a.gen, Oracle: k, Lanes: lanes, Recover: a.recoverDead, Idle: a.describe, Into: &a.parts.heap})
	a.heap.DropLocks()
	a.table = robust.NewTable(a.region, a.slot, a.gen, k, robust.Host{Enter: a.enterCall, Leave: a.gate.leave, NewRun: a.heap.NewObjects, Recover: a.recoverGone, Pid: os.Getpid(), Lanes: lanes, Into: &a.parts.table})
	a.describeIfCheap()
	return nil
}

// mapRegion maps what view describes.
func (a *Arena) mapRegion(view *headerView, addr uint64, readOnly bool) error {
	o := region.Options{Name: a.name, Addr: addr, ReadOnly: readOnly, Need: view.committed, Length: a.file.Size, Into: &a.parts.region}
	if !readOnly && view.header.Flags&layout.FlagNoReserve == 0 {
		o.Reserve = a.file
	}
	if a.file.Segmented() {
		o.Attach = a.file.Attach
	}
	r, err := region.Map(a.file.FD(), view.geo, o)
	if err != nil {
		return err
	}
	a.region, a.consts = r, view.header
	_, _, a.data = r.Zones()
	a.dataOff = view.geo.DataOff
	return a.guarded("open", func() { atomic.StoreUint64(&a.limit, r.Visible()<<layout.PageShift) })
}
