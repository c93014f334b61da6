package arena

import (
	"context"
	"errors"
	"time"

	"usarena/info"
	"usarena/internal/errs"
	"usarena/internal/halt"
)

// person is a user.
type person struct {
	slot int
	gen  uint16
}

// still copies what has changed while all users stand.
func (c *copying) still() (err error) {
	const tries = 5
	began := time.Now()
	h, known := halt.New(c.opt.Stop), map[person]bool{}
	defer func() {
		err = errors.Join(err, h.Resume())
		c.report.Stopped, c.report.Users = time.Since(began), len(known)
	}()
	if _, err := c.halt(h, known); err != nil {
		return err
	}
	// Who joins meanwhile is stopped as well, and what it has done copied.
	for range tries {
		had := c.view.committed
		if c.view, err = readHeader(c.from, c.from.Name.Given); err != nil {
			return err
		}
		if err := c.reserve(had); err != nil {
			return err
		}
		// Its context is not the caller's: users stand, and it takes no time.
		n, err := c.pass(context.Background(), nil)
		c.report.After += n
		if err != nil {
			return err
		}
		if more, err := c.halt(h, known); err != nil || !more {
			return err
		}
	}
	return errs.Wrap(errs.Busy, "copy", "%s: processes join all the time", c.from.Name.Given)
}

// halt stops the processes of all users, also of those that join until all stand. more
// says that there were any that are not known yet.
func (c *copying) halt(h *halt.Halted, known map[person]bool) (more bool, err error) {
	const tries = 100
	for try := 0; ; try++ {
		users, err := info.UsersFile(c.from)
		if err != nil {
			return more, err
		}
		fresh := false
		for _, u := range users {
			who := person{u.Slot, u.Gen}
			if u.State == info.StateDead || known[who] {
				continue
			}
			fresh, more = true, true
			if err = h.Stop(halt.Process{Pid: u.Pid, Start: u.Start}); err != nil {
				break // it may just have died, or not have said yet who it is
			}
			known[who] = true
		}
		switch {
		case !fresh:
			return more, nil
		case err != nil && try == tries:
			return more, err
		case err != nil:
			time.Sleep(5 * time.Millisecond)
		}
	}
}
