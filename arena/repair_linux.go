package arena

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"usarena/info"
	"usarena/internal/backing"
	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/liveness"
	"usarena/internal/repair"
)

// repairFile is Repair of a parsed name. It takes the USE byte for itself, and
// only then looks whether the name still leads to the file it has locked.
func repairFile(n backing.Name) (info.Repaired, error) {
	var none info.Repaired
	f, err := backing.Open(n, false)
	if err != nil {
		return none, err
	}
	defer f.Close()
	k, err := newKeeper(f, false)
	if err != nil {
		return none, err
	}
	defer k.Close()
	release, ok, err := k.UseAlone()
	if err != nil {
		return none, err
	}
	if !ok {
		return none, inUse(f, k, n)
	}
	defer release()
	if same, err := f.SamePath(); err == nil && !same {
		return none, fmt.Errorf("usarena: repair: %s: the name leads to another file by now, or to none: %w", n.Given, fs.ErrNotExist)
	}
	// The checker looks at what contradicts, joining also refuses an arena of no
	// pages at all.
	report, err := info.CheckFile(f)
	_, refused := readHeader(f, n.Given)
	if err == nil && report.Clean && refused == nil {
		return info.Repaired{Sound: true, Changes: []info.Change{}, Salvaged: []info.Salvage{}, Lost: []info.Finding{}}, nil
	}
	if err := repair.Possible(f, n.Given); err != nil {
		return none, err
	}
	if f.Segmented() {
		return repairSegment(f, n)
	}
	return repairCopy(f, n)
}

// repairCopy repairs a copy of f and puts it in f's place.
func repairCopy(f *backing.File, n backing.Name) (r info.Repaired, err error) {
	perm, err := f.Perm()
	if err != nil {
		return r, err
	}
	kept := ""
	fresh, err := backing.Replace(n, perm, func(fresh *backing.File) error {
		if err := fresh.CopyFrom(f); err != nil {
			return err
		}
		if r, err = repair.Run(fresh, n.Given); err != nil {
			return err
		}
		if err := mustBeClean(fresh); err != nil {
			return err
		}
		if err := errors.Join(fresh.KeepOwner(f), fresh.Sync()); err != nil {
			return err
		}
		kept, err = keepAs(f)
		return err
	})
	if err != nil {
		if kept != "" { // the original has its own name still
			err = errors.Join(err, f.Drop(kept))
		}
		return info.Repaired{}, err
	}
	r.Copy = kept
	return r, fresh.Close()
}

// keepAs gives the damaged file a second name beside its first.
func keepAs(f *backing.File) (string, error) { return damagedName(f.Place(), f.LinkAs) }

// damagedName is a free name beside base for what is damaged, taken by take.
func damagedName(base string, take func(name string) error) (string, error) {
	base += ".damaged-" + time.Now().UTC().Format("20060102T150405Z")
	for i := 1; ; i++ {
		name := base
		if i > 1 {
			name = fmt.Sprintf("%s-%d", base, i)
		}
		switch err := take(name); {
		case err == nil:
			return name, nil
		case !errors.Is(err, fs.ErrExist) || i == 100:
			return "", err
		}
	}
}

// inUse is ErrBusy with the users, as far as the header still says where they
// are.
func inUse(f *backing.File, k *liveness.Keeper, n backing.Name) error {
	live := 0
	for s := 1; s <= layout.MaxUsers; s++ {
		if !k.Dead(s) {
			live++
		}
	}
	view, _ := readHeader(f, n.Given) // its error does not matter: usersOf says nothing then
	return errs.Wrap(errs.Busy, "repair", "%s: %d live users have it%s; end them first", n.Given, live, usersOf(f, view, k))
}
