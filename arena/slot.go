package arena

import (
	"context"
	"fmt"
	"strings"
	"time"

	"usarena/alloc"
	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// How attach looks for a slot. A byte may be held for a moment by somebody who
// recovers that slot, so a table is full only when it still is a little later.
const (
	probesMax = 32 // slots in use that are tried before free ones are preferred
	fullPause = 10 * time.Millisecond
	fullMax   = 90 * time.Millisecond
)

// takeSlot takes a user slot: the byte of its liveness first, then the word.
func (a *Arena) takeSlot(ctx context.Context) error {
	for first, pass := time.Now(), 1; ; pass++ {
		if ok, err := a.trySlots(); ok || err != nil {
			return err
		}
		if pass > 1 && time.Since(first) > fullMax {
			return a.tooMany()
		}
		if pause(ctx, fullPause); ctx.Err() != nil {
			return fmt.Errorf("usarena: open: %s: waiting for a user slot: %w", a.name, ctx.Err())
		}
	}
}

// trySlots tries the slots from the lowest. A slot in use whose byte can be
// taken has lost its user: it is recovered and taken over. Probing every live
// user of a large table would be slow, so beyond some probes the free slots come
// first and the rest last.
func (a *Arena) trySlots() (bool, error) {
	users := int(a.region.Geo.Users)
	probes := probesMax
	for s := 1; s <= users; s++ {
		if !a.slotFree(s) {
			if probes--; probes < 0 {
				continue
			}
		}
		if ok, err := a.trySlot(s); ok || err != nil {
			return ok, err
		}
	}
	if probes >= 0 {
		return false, nil
	}
	for s := 1; s <= users; s++ {
		if ok, err := a.trySlot(s); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func (a *Arena) slotFree(s int) bool {
	return layout.UserState(a.region.User(s).Word.Load()) == layout.UserFree
}

// trySlot takes slot s if nobody holds its byte.
//
// Killed after the byte was taken, the slot is free or its last user is still to
// be recovered, as before. Killed after the word was stored, we are a dead user.
func (a *Arena) trySlot(s int) (bool, error) {
	ok, err := a.keeper.Take(s) // model: A1
	if err != nil || !ok {
		return false, err
	}
	u := a.region.User(s)
	w := u.Word.Load() // model: A2
	gen := layout.UserGen(w) + 1
	if gen == 0 {
		gen = 1
	}
	if layout.UserState(w) != layout.UserFree {
		if !a.seesAll() {
			return false, a.keeper.Release()
		}
		// In the old generation: a lock in one that the slot's word does not show
		// counts as damage, and others would take it from us.
		a.recoverSlot(s, layout.LockWord(s, layout.UserGen(w)))
	}
	a.fillRecord(u)
	u.Word.Store(layout.UserWord(layout.UserLive, gen)) // model: A3, commit
	a.slot, a.gen = s, gen
	return true, nil
}

// recoverSlot repairs what the dead user of slot s left. The caller holds its
// byte. Killed anywhere in it, the next one starts again from the top.
func (a *Arena) recoverSlot(s int, me uint32) recovered {
	u := a.region.User(s)
	gen := layout.UserGen(u.Word.Load())
	u.Word.Store(layout.UserWord(layout.UserDead, gen)) // model: A8. Whoever waits for its locks need not ask the kernel
	reclaim := a.consts.Flags&layout.FlagReclaimOnDeath != 0
	got := alloc.RecoverUser(a.region, s, gen, a.keeper, me, reclaim) // model: A9
	left := robust.Recover(a.region, got.Objects, s, gen, false)      // model: A10
	a.region.Header().Epoch.Add(1)                                    // model: A11
	u.Word.Store(layout.UserWord(layout.UserFree, gen))               // model: A12
	return recovered{got, left}
}

// recovered is what a dead user left.
type recovered struct {
	alloc.Recovered
	objects robust.Left
}

// seesAll says that this process maps all that exists. One that does not must
// not recover anybody: it could not see all of what the dead one left.
func (a *Arena) seesAll() bool { return a.region.Window >= a.region.Committed() }

// tooMany is ErrTooManyUsers with the holders.
func (a *Arena) tooMany() error {
	var holders []string
	for s := 1; s <= int(a.region.Geo.Users) && len(holders) < 20; s++ {
		u := a.region.User(s)
		if a.slotFree(s) { // in somebody's hands just now
			continue
		}
		holders = append(holders, fmt.Sprintf("%d: pid %d since %s", s, u.Pid.Load(), time.Unix(0, u.Since.Load()).Format(time.DateTime)))
	}
	if len(holders) == 20 {
		holders = append(holders, "…")
	}
	return errs.Wrap(errs.TooManyUsers, "open", "%s: all %d slots are held by live processes (%s); create it with more Users", a.name, a.region.Geo.Users, strings.Join(holders, ", "))
}
