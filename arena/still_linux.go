package arena

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"usarena/info"
	"usarena/internal/errs"
	"usarena/internal/halt"
	"usarena/internal/layout"
)

// Who takes over a dead user, or joins, is no user while it does so, and cannot be
// held. It needs some microseconds: all are let go, and it is tried again.
const (
	stillTries = 200
	stillPause = 2 * time.Millisecond
)

// still copies what has changed while all users stand.
func (c *copying) still() error {
	for try := 1; ; try++ {
		done, err := c.once()
		if done || err != nil && (!errors.Is(err, fs.ErrNotExist) || try == stillTries) {
			return err
		}
		if try == stillTries {
			return errs.Wrap(errs.Busy, "copy", "%s: processes join and die all the time", c.from.Name.Given)
		}
		if pause(c.ctx, stillPause); c.ctx.Err() != nil {
			return c.ctx.Err()
		}
	}
}

// once is one try. done is false if somebody who was not held changed the arena, or
// may have.
func (c *copying) once() (done bool, err error) {
	began := time.Now()
	h := halt.New(c.opt.Stop)
	defer func() {
		err = errors.Join(err, h.Resume())
		c.report.Stopped = max(c.report.Stopped, time.Since(began))
	}()
	if c.report.Users, err = c.halt(h); err != nil {
		return false, err
	}
	before, quiet, err := c.table()
	if err != nil || !quiet {
		return false, err
	}
	// Who has joined before the look at the table and after that at the users.
	if again, err := c.halt(h); err != nil || again != c.report.Users {
		return false, err
	}
	had := c.view.committed
	if c.view, err = readHeader(c.from, c.from.Name.Given); err != nil {
		return false, err
	}
	if err := c.reserve(had); err != nil {
		return false, err
	}
	// Its context is not the caller's: users stand, and it takes no time.
	n, err := c.pass(context.Background(), nil)
	c.report.After += n
	if err != nil {
		return false, err
	}
	if err := c.readHead(); err != nil {
		return false, err
	}
	after, quiet, err := c.table()
	return quiet && slices.Equal(before, after), err
}

// table is the word of each slot, and how many deaths were recovered: nobody joins,
// leaves or is taken over without changing one. quiet is false while somebody is just
// taking over a dead user.
func (c *copying) table() (words []uint64, quiet bool, err error) {
	g := &c.view.geo
	b := make([]byte, g.UsersOff+g.Users*layout.UserSize)
	if n, err := c.from.ReadHeader(b); err != nil || n < len(b) {
		return nil, false, errors.Join(err, errs.Wrap(errs.Truncated, "copy", "%s: %d bytes of %d", c.from.Name.Given, n, len(b)))
	}
	words = append(words, layout.HeaderOf(b).Epoch.Load())
	quiet = true
	for s := 1; s <= int(g.Users); s++ {
		w := userIn(b, g.UsersOff, s).Word.Load()
		words = append(words, w)
		if layout.UserState(w) == layout.UserDead && !c.keeper.Dead(s) {
			quiet = false
		}
	}
	return words, quiet, nil
}

// halt stops the processes of all users, also of those that join until all stand, and
// tells how many users these are. errs.Busy: one cannot be held; fs.ErrNotExist as well
// if it may just have died, or be in another's hands.
func (c *copying) halt(h *halt.Halted) (users int, err error) {
	type person struct {
		slot int
		gen  uint16
	}
	known := map[person]bool{}
	for {
		list, err := info.UsersFile(c.from)
		if err != nil {
			return 0, err
		}
		fresh := false
		for _, u := range list {
			who := person{u.Slot, u.Gen}
			if u.State == info.StateDead || known[who] {
				continue
			}
			if err := h.Stop(halt.Process{Pid: u.Pid, Start: u.Start}); err != nil {
				return 0, err
			}
			known[who], fresh = true, true
		}
		if !fresh {
			return len(known), nil
		}
	}
}
