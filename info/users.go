package info

import (
	"fmt"
	"time"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// mourner knows which slots are dead: that nobody holds their bytes.
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
	return v.users()
}

func (v *view) users() (users []User, err error) {
	err = v.guard(func() {
		p := newPeople(v.image, v)
		p.look = true
		users = v.image.users(p)
		for i := range users {
			users[i].Stopped = users[i].State != StateDead && p.stopped(users[i].Slot)
		}
	})
	return users, err
}

// UsersOf lists the slots in use of a mapped arena. o, if not nil, knows the
// dead; a user that died stays listed as dead until it is recovered.
func UsersOf(r *region.Region, o mourner) []User {
	m, list := guardedRegion(r), []User{}
	if m == nil {
		return list
	}
	_ = m.guard(func() { list = m.users(newPeople(m, o)) })
	return list
}

func (m *image) users(p *people) []User {
	list := []User{}
	for slot := 1; slot <= int(m.geo.Users); slot++ {
		if layout.UserState(m.userWord(slot)) == layout.UserFree {
			continue
		}
		if u := m.userAt(slot, p); u.State != StateFree {
			list = append(list, u)
		}
	}
	if len(list) > 0 {
		p.tell(list, m.objects(p))
	}
	return list
}

// tell fills in what users hold and wait for.
func (p *people) tell(users []User, objects []Object) {
	holds, kinds := map[int][]string{}, map[uint64]string{}
	for _, x := range objects {
		kinds[x.Offset] = x.Kind
		if x.State == ObjectMaking {
			continue
		}
		name := fmt.Sprintf("%s %#x", x.Kind, x.Offset)
		add := func(h Holder, how string) {
			if layout.UserGen(p.in(h.Slot).word) == h.Gen { // else it was somebody before this user
				holds[h.Slot] = append(holds[h.Slot], name+how)
			}
		}
		if x.Holder != nil && x.Kind == layout.RWLockObject.String() {
			add(*x.Holder, " (writing)")
		} else if x.Holder != nil {
			add(*x.Holder, "")
		}
		for _, h := range x.Readers {
			add(h, " (reading)")
		}
		for _, h := range x.Takers {
			add(h, " ("+plural(int(min(h.Units, layout.SemaMost)), "unit")+")")
		}
	}
	for i := range users {
		u := &users[i]
		u.Holds = append(u.Holds, holds[u.Slot]...)
		words, more := p.waits(u.Slot)
		for _, w := range words {
			kind, ok := kinds[layout.WaitObject(w)]
			if !ok {
				kind = "object"
			}
			how := howNames[layout.WaitHow(w)]
			if how != "" {
				how += ", "
			}
			u.WaitsFor = append(u.WaitsFor, fmt.Sprintf("%s %#x (%s%s)", kind, layout.WaitObject(w), how, plural(layout.WaitCount(w), "goroutine")))
		}
		if more > 0 {
			u.WaitsFor = append(u.WaitsFor, fmt.Sprintf("and %s more", plural(more, "wait")))
		}
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (m *image) userAt(slot int, p *people) User {
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
	if p.in(slot).dead {
		u.State = StateDead
	}
	return u
}
