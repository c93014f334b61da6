package info

import (
	"time"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// mourner knows which slots are dead; robust.Oracle is one.
type mourner interface{ Dead(slot int) bool }

// Users lists the slots in use of the arena called name, without joining it.
// Errors as Check's.
func Users(name string) ([]User, error) {
	var log findings
	v, err := open(name, &log)
	if err != nil {
		return nil, err
	}
	defer v.close()
	var users []User
	err = v.guard(func() { users = v.image.users(v) })
	return users, err
}

// UsersOf lists the slots in use of a mapped arena. o, if not nil, knows the
// dead; a user that died stays listed as dead until it is recovered.
func UsersOf(r *region.Region, o mourner) []User {
	m, list := overRegion(r), []User{}
	_ = m.guard(func() { list = m.users(o) })
	return list
}

func (m *image) users(o mourner) []User {
	list := []User{}
	for slot := 1; slot <= int(m.geo.Users); slot++ {
		if u := m.userAt(slot, o); u.State != StateFree {
			list = append(list, u)
		}
	}
	return list
}

func (m *image) userAt(slot int, o mourner) User {
	rec := m.user(slot)
	at := func(off uint64) uint64 { return rec[off/8] }
	w := rec[0]
	u := User{
		Slot:     slot,
		Gen:      layout.UserGen(w),
		Pid:      int(uint32(at(offUserPid))),
		Bits32:   uint32(at(offUserPid)>>32)&layout.UserBits32 != 0,
		Start:    at(offUserStart),
		Window:   at(offUserSpan),
		Holds:    []string{},
		WaitsFor: []string{},
	}
	if ns := int64(at(offUserSince)); ns != 0 {
		u.Since = time.Unix(0, ns)
	}
	switch layout.UserState(w) {
	case layout.UserFree:
		u.State = StateFree
		return u
	case layout.UserLeaving:
		u.State = StateLeaving
	default:
		u.State = StateLive
	}
	if o != nil && o.Dead(slot) {
		u.State = StateDead
	}
	return u
}
