package arena

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"usarena/internal/backing"
	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/liveness"
)

// remove is Remove of a parsed name. It takes the USE byte for itself, and only
// then looks whether the name still leads to the file it has locked.
func remove(n backing.Name) error {
	f, err := backing.Open(n, false)
	if n.Kind == backing.KindSysV && errors.Is(err, errs.Corrupt) {
		return backing.RemoveLost(n, err)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	view, err := readHeader(f, n.Given)
	if errors.Is(err, errs.NotArena) && !view.damaged() {
		return err
	}
	k, err := newKeeper(f, false)
	if err != nil {
		return err
	}
	defer k.Close()
	release, ok, err := k.UseAlone() // model: J3
	if err != nil {
		return err
	}
	if !ok {
		return errs.Wrap(errs.Busy, "remove", "%s: live processes use it%s; end them, or remove the file only with Unlink", n.Given, usersOf(f, view, k))
	}
	defer release()
	if same, err := f.SamePath(); err == nil && !same { // model: J4
		return fmt.Errorf("usarena: remove: %s: it is gone already, the name leads to another file or none: %w", n.Given, fs.ErrNotExist)
	}
	return f.Unlink() // model: J5
}

// usersOf names the live users of an arena that is not mapped, for a message.
func usersOf(f *backing.File, v *headerView, k *liveness.Keeper) string {
	if v.committed == 0 {
		return ""
	}
	const most = 20
	b := make([]byte, v.geo.UsersOff+min(v.geo.Users, 1000)*layout.UserSize)
	if n, err := f.ReadHeader(b); err != nil || n < len(b) {
		return ""
	}
	var who []string
	for s := 1; s <= int(min(v.geo.Users, 1000)) && len(who) < most; s++ {
		u := userIn(b, v.geo.UsersOff, s)
		if layout.UserState(u.Word.Load()) != layout.UserFree && !k.Dead(s) {
			who = append(who, fmt.Sprintf("pid %d since %s", u.Pid.Load(), time.Unix(0, u.Since.Load()).Format(time.DateTime)))
		}
	}
	if len(who) == 0 {
		return ""
	}
	return " (" + strings.Join(who, ", ") + ")"
}
