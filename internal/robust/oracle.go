package robust

import "usarena/internal/layout"

// Oracle answers for the users of one arena.
type Oracle interface {
	// Dead reports that nobody holds slot's byte: its user, if the slot names
	// one, has died. A stopped process is not dead. When in doubt: false.
	Dead(slot int) bool
	// Claim takes the byte of a dead user's slot, so that only the caller may
	// repair it; release gives it back. The kernel gives it back if we die.
	Claim(slot int) (release func(), ok bool)
}

// Nobody is the oracle of memory that has no kernel lock: no one ever dies.
type Nobody struct{}

// Dead is always false.
func (Nobody) Dead(int) bool { return false }

// Claim always fails.
func (Nobody) Claim(int) (func(), bool) { return nil, false }

// Gone reports that the user of slot in generation gen has died or left. A slot
// that there is not is gone: the word that names it is damaged.
func (t *Table) Gone(slot int, gen uint16) bool {
	if slot == t.slot && gen == t.gen {
		return false
	}
	if slot < 1 || slot > int(t.region.Geo.Users) {
		return true
	}
	w := t.region.User(slot).Word.Load()
	state := layout.UserState(w)
	if state == layout.UserFree || state == layout.UserDead || layout.UserGen(w) != gen {
		return true
	}
	return t.oracle.Dead(slot)
}

// gone is Gone of whoever uses slot now.
func (t *Table) gone(slot int) bool {
	if slot < 1 || slot > int(t.region.Geo.Users) {
		return true
	}
	return t.Gone(slot, layout.UserGen(t.region.User(slot).Word.Load()))
}

// GoneNow reports that whoever used slot last is gone.
func (t *Table) GoneNow(slot int) bool { return t.gone(slot) }
