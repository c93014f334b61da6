package arena

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"usarena/internal/backing"
	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/liveness"
)

// copying is one Copy.
type copying struct {
	ctx      context.Context
	opt      CopyOptions
	from, to *backing.File
	match    *backing.Matcher
	keeper   *liveness.Keeper // tells who lives
	view     *headerView      // of from
	head     []byte           // of from, at the instant of which the copy is
	done     atomic.Uint64
	report   Copied
}

// copyArena is Copy of parsed names.
func copyArena(ctx context.Context, from, to backing.Name, opt CopyOptions) (Copied, error) {
	f, err := backing.Open(from, false)
	if err != nil {
		return Copied{}, err
	}
	defer f.Close()
	k, err := newKeeper(f, false)
	if err != nil {
		return Copied{}, err
	}
	defer k.Close()
	release, alone, err := k.UseAlone()
	if err != nil {
		return Copied{}, err
	}
	if alone {
		defer release()
	} else if ok, err := k.ShareUse(); err != nil || !ok { // nobody removes it meanwhile
		return Copied{}, errors.Join(err, errs.Wrap(errs.Busy, "copy", "%s: somebody is removing or replacing it", from.Given))
	}
	if same, err := f.SamePath(); err == nil && !same {
		return Copied{}, fmt.Errorf("usarena: copy: %s: the name leads to another file by now, or to none: %w", from.Given, fs.ErrNotExist)
	}
	perm, err := f.Perm()
	if err != nil {
		return Copied{}, err
	}
	c := &copying{ctx: ctx, opt: opt, from: f, keeper: k}
	made, err := backing.Create(to, perm, func(made *backing.File) error {
		c.to, c.match = made, backing.NewMatcher(made, f)
		err := c.fill(!alone)
		return errors.Join(err, c.match.Close())
	})
	if err != nil {
		return Copied{}, err
	}
	return c.report, made.Close()
}

// fill makes the copy, all but its name.
func (c *copying) fill(live bool) (err error) {
	if c.view, err = readHeader(c.from, c.from.Name.Given); err != nil {
		return err
	}
	g := &c.view.geo
	if err := c.to.Allot(g.FileSize(g.MaxPages)); err != nil {
		return err
	}
	if err := liveness.SelfTest(func() (int, error) { return c.to.Reopen(false) }); err != nil {
		return err
	}
	if err := c.reserve(0); err != nil {
		return err
	}
	c.report.Before, err = c.pass(c.ctx, c.opt.Progress)
	if err == nil && live {
		// Once more, for what has changed since; and the mappings have their pages then.
		var n uint64
		n, err = c.pass(c.ctx, c.opt.Progress)
		c.report.Before += n
	}
	if err == nil && live {
		err = c.still()
	} else if err == nil {
		err = c.readHead()
	}
	if err != nil {
		return err
	}
	return c.header()
}

// reserve makes exist in the copy what exists now, of which it has had pages.
func (c *copying) reserve(had uint64) error {
	g, now := &c.view.geo, c.view.committed
	if c.view.header.Flags&layout.FlagNoReserve != 0 {
		return c.to.Truncate(g.FileSize(g.MaxPages))
	}
	if now == had {
		return nil
	}
	return c.to.Reserve(g.Pieces(had, now))
}

// pass makes the copy what the original is now, but for the header.
func (c *copying) pass(ctx context.Context, progress func(done, total uint64)) (written uint64, err error) {
	total := c.view.geo.FileSize(c.view.committed)
	c.report.Size = total
	c.done.Store(0)
	seen := func(n uint64) {
		if progress != nil {
			progress(c.done.Add(n), total)
		}
	}
	return c.match.Match(ctx, layout.HeaderSize, total, seen)
}

// readHead keeps the header as it is at this instant.
func (c *copying) readHead() error {
	c.head = make([]byte, layout.HeaderSize)
	if n, err := c.from.ReadHeader(c.head); err != nil || n < len(c.head) {
		return errors.Join(err, errs.Wrap(errs.Truncated, "copy", "%s: %d bytes of a header of %d", c.from.Name.Given, n, len(c.head)))
	}
	return nil
}

// header writes that header, as that of an arena of its own.
func (c *copying) header() error {
	h := layout.HeaderOf(c.head)
	h.Nonce, h.Created, h.Creator = newNonce(), time.Now().UnixNano(), uint32(os.Geteuid())
	h.SetCompanion(c.to.Companion())
	if c.to.Segmented() {
		h.Flags |= layout.FlagNoAutoGrow
	}
	h.Checksum = h.Sum()
	if _, err := c.to.WriteAt(c.head, 0); err != nil {
		return err
	}
	return c.to.Seal()
}
