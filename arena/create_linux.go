package arena

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"usarena/config"
	"usarena/internal/backing"
	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/liveness"
)

// create makes an arena and attaches to it. The arena is complete, and its
// creator is a user of it, before it has a name: nobody sees a half-made one,
// nobody can remove it before we are in, and who fails leaves no name behind.
func create(ctx context.Context, n backing.Name, cfg *config.Config, replace bool) (*Arena, error) {
	if n.Kind == backing.KindSysV {
		cfg = fixed(cfg)
	}
	c, err := cfg.WithDefaults()
	if err != nil {
		return nil, err
	}
	g, err := plan(&c, n.Given)
	if err != nil {
		return nil, err
	}
	mk := backing.Create
	if replace {
		mk = backing.Replace
	}
	var a *Arena
	f, err := mk(n, c.Mode, func(f *backing.File) error {
		if err := fill(f, &c, &g); err != nil {
			return err
		}
		k, err := newKeeper(f, false)
		if err != nil {
			return err
		}
		ok, err := k.ShareUse()
		if err == nil && !ok {
			err = errs.Wrap(errs.FileSystem, "create", "%s: new file is in use already", n.Given)
		}
		if err != nil {
			k.Close()
			return err
		}
		a, err = attach(ctx, f, k, nil, n.Given, attachOptions{addr: c.AttachAddr, reaper: c.Reaper})
		if err != nil {
			return notAttached{err}
		}
		return nil
	})
	if err == nil && c.Type == config.SharedOnly && n.Path != "" {
		if err = f.Unlink(); err != nil {
			f.Unlink() // the name must not stay if that can be helped
		}
	}
	if err != nil {
		if a != nil {
			a.Close()
		}
		return nil, err
	}
	return a, nil
}

// fixed is cfg for what cannot grow.
func fixed(cfg *config.Config) *config.Config {
	var c config.Config
	if cfg != nil {
		c = *cfg
	}
	if c.Size == 0 {
		c.Size = config.DefaultSizeFixed
		if c.MaxSize != 0 {
			c.Size = c.MaxSize
		}
	}
	c.NoAutoGrow = true
	return &c
}

// plan computes the geometry and refuses sizes that leave no room for data,
// naming the least that works.
func plan(c *config.Config, name string) (layout.Geometry, error) {
	const op = "create"
	if c.NoAutoGrow {
		c.MaxSize = c.Size
	}
	if c.MaxSize > layout.MaxArena {
		return layout.Geometry{}, errs.Wrap(errs.Invalid, op, "%s: MaxSize %d, the greatest possible is %d", name, uint64(c.MaxSize), uint64(layout.MaxArena))
	}
	g, err := layout.Plan(uint64(c.MaxSize), uint64(c.Users))
	if err != nil {
		return g, errs.Wrap(errs.Invalid, op, "%s: %v", name, err)
	}
	if g.PagesFor(uint64(c.Size)) == 0 {
		least := g.MetaBytes(1) + layout.PageSize
		return g, errs.Wrap(errs.Invalid, op, "%s: Size %d leaves no room for data; with %d users and MaxSize %d the least that works is %d",
			name, uint64(c.Size), c.Users, uint64(c.MaxSize), least)
	}
	return g, nil
}

// fill writes a new arena into f.
func fill(f *backing.File, c *config.Config, g *layout.Geometry) error {
	if err := liveness.SelfTest(func() (int, error) { return f.Reopen(false) }); err != nil {
		return err
	}
	if err := f.Allot(g.FileSize(g.MaxPages)); err != nil {
		return err
	}
	pages := g.PagesFor(uint64(c.Size))
	if c.NoReserve {
		// Nothing grows the file later, so it gets its full, sparse length now.
		if err := f.Truncate(g.FileSize(g.MaxPages)); err != nil {
			return err
		}
	} else if err := f.Reserve(g.Pieces(0, pages)); err != nil {
		return err
	}
	if _, err := f.WriteAt(headerFor(c, g, uint32(os.Geteuid()), newNonce(), f.Companion()), 0); err != nil {
		return fmt.Errorf("usarena: create: write header: %w", err)
	}
	return f.Seal()
}

// newNonce tells an arena from its namesakes.
func newNonce() [2]uint64 {
	var r [16]byte
	rand.Read(r[:]) // never fails
	return [2]uint64{binary.NativeEndian.Uint64(r[:8]), binary.NativeEndian.Uint64(r[8:])}
}

// startAfresh replaces a file that no live process uses by a new arena, and
// joins that.
func startAfresh(ctx context.Context, f *backing.File, n backing.Name, cfg *config.Config) (_ *Arena, inUse bool, _ error) {
	k, err := newKeeper(f, false)
	if err != nil {
		return nil, false, err
	}
	defer k.Close()
	release, ok, err := k.UseAlone()
	if err != nil || !ok {
		return nil, err == nil, err
	}
	defer release()
	// With the lock held nobody else replaces or removes what the name leads to,
	// unless he did so before.
	if same, err := f.SamePath(); err != nil || !same {
		return nil, false, errMoved
	}
	a, err := create(ctx, n, cfg, true) // model: J6
	if n.Kind == backing.KindSysV && errors.Is(err, fs.ErrExist) && !errors.As(err, new(notAttached)) {
		// A segment cannot be put in the place of another one in one step, and
		// somebody was faster in between.
		err = errMoved
	}
	return a, false, err
}
