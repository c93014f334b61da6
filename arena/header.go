package arena

import (
	"io/fs"
	"time"

	"usarena/config"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// headerView is a private copy of a header. It was read once, by pread: nothing
// in it changes under us, and a short file is an error instead of a fault.
type headerView struct {
	header    *layout.Header
	geo       layout.Geometry
	committed uint64
}

// readHeader reads and proves the header of f. The view is not nil after an
// error, only empty.
func readHeader(f store, name string) (*headerView, error) {
	const op = "open"
	b := make([]byte, layout.HeaderSize)
	n, err := f.ReadHeader(b)
	if err != nil {
		return &headerView{}, err
	}
	v := &headerView{header: layout.HeaderOf(b)}
	if n < layout.HeaderSize {
		if n >= 8 && v.header.Magic == layout.Magic {
			return v, errs.Wrap(errs.Truncated, op, "%s: %d bytes of a header of %d", name, n, layout.HeaderSize)
		}
		return v, errs.Wrap(errs.NotArena, op, "%s: only %d bytes, an arena's header has %d", name, n, layout.HeaderSize)
	}
	if v.geo, err = layout.Verify(v.header, name); err != nil {
		return v, err
	}
	v.committed = v.header.Committed.Load()
	if v.committed == 0 || v.committed > v.geo.MaxPages {
		return v, errs.Wrap(errs.Corrupt, op, "%s: %d pages committed, 1 to %d are possible", name, v.committed, v.geo.MaxPages)
	}
	if led := f.Companion(); led != (layout.Identity{}) && led != v.header.Companion() {
		return v, errs.Wrap(errs.Corrupt, op, "%s: the header names another lock file than the one that led here (inode %d, not %d)", name, v.header.CompanionIno, led.Ino)
	}
	// The file grows before the committed count does, so this order is safe.
	want := v.geo.FileSize(v.committed)
	if v.header.Flags&layout.FlagNoReserve != 0 { // nothing makes this file longer later
		want = v.geo.FileSize(v.geo.MaxPages)
	}
	size := f.SizeAtFirst()
	if size < want {
		if size, err = f.Size(); err != nil {
			return v, err
		}
	}
	if size < want {
		return v, errs.Wrap(errs.Truncated, op, "%s: the file has %d bytes, its header promises %d: something truncated it; restore a copy", name, size, want)
	}
	return v, nil
}

// refuseUnknown refuses to change an arena with features that this program may
// only look at.
func (v *headerView) refuseUnknown(name string) error {
	if x := v.header.ReadOnly &^ layout.KnownReadOnly; x != 0 {
		return errs.Wrap(errs.Version, "open", "%s: features %#x that this program may only read: use OpenReadOnly or a newer program", name, x)
	}
	return nil
}

// damaged reports that a file without the magic number is an arena all the same,
// with damage in just that place. Such a file is not overwritten.
func (v *headerView) damaged() bool {
	if v.header == nil {
		return false
	}
	h := v.header
	was := h.Magic
	h.Magic = layout.Magic
	_, err := layout.Verify(h, "")
	h.Magic = was
	return err == nil
}

// configOf is the configuration that a header holds.
func configOf(h *layout.Header) config.Config {
	has := func(flag uint64) bool { return h.Flags&flag != 0 }
	c := config.Config{
		Size: config.Size(h.Size), MaxSize: config.Size(h.MaxSize),
		NoAutoGrow: has(layout.FlagNoAutoGrow), NoReserve: has(layout.FlagNoReserve),
		Users: int(h.Users), Mode: fs.FileMode(h.Mode).Perm(), LockType: config.LockType(h.LockType),
		History: has(layout.FlagHistory), HistorySize: int(h.HistorySize),
		ResetIdle: has(layout.FlagResetIdle), ReclaimOnDeath: has(layout.FlagReclaimOnDeath),
		Share32: has(layout.FlagShare32), AttachAddr: h.AttachAddr,
	}
	if has(layout.FlagSharedOnly) {
		c.Type = config.SharedOnly
	}
	return c
}

// headerFor is a new arena's header, complete.
func headerFor(c *config.Config, g *layout.Geometry, creator uint32, nonce [2]uint64, companion layout.Identity) []byte {
	b := make([]byte, layout.HeaderSize)
	h := layout.HeaderOf(b)
	h.Size, h.MaxSize, h.Mode = uint64(c.Size), uint64(c.MaxSize), uint32(c.Mode.Perm())
	h.LockType, h.AttachAddr, h.HistorySize = uint32(c.LockType), c.AttachAddr, uint64(c.HistorySize)
	for _, f := range []struct {
		on   bool
		flag uint64
	}{
		{c.NoAutoGrow, layout.FlagNoAutoGrow}, {c.NoReserve, layout.FlagNoReserve},
		{c.ResetIdle, layout.FlagResetIdle}, {c.ReclaimOnDeath, layout.FlagReclaimOnDeath},
		{c.Share32, layout.FlagShare32}, {c.History, layout.FlagHistory},
		{c.Type == config.SharedOnly, layout.FlagSharedOnly},
	} {
		if f.on {
			h.Flags |= f.flag
		}
	}
	h.Created, h.Nonce, h.Creator = time.Now().UnixNano(), nonce, creator
	h.SetCompanion(companion)
	h.Committed.Store(g.PagesFor(uint64(c.Size)))
	h.Place(g)
	return b
}
