package arena

import (
	"os"
	"time"

	"usarena/internal/layout"
)

// fillRecord writes what people want to know about a user.
func (a *Arena) fillRecord(u *layout.User) {
	u.Pid.Store(uint32(os.Getpid()))
	u.Flags.Store(bits32)
	u.Since.Store(time.Now().UnixNano())
	u.Window.Store(a.region.Window)
	u.Start.Store(0)
	u.PidNS.Store(0)
	u.Boot.Store(0)
}

// describe adds what has to be looked up. In the first attachment of a process
// that takes as long as half of the rest, so it is left to the first quiet moment
// of the allocator, or to whoever asks about this user here.
func (a *Arena) describe() {
	a.described.Do(func() {
		me, u := whoAmI(), a.region.User(a.slot)
		u.Start.Store(me.start)
		u.PidNS.Store(me.pidns)
		u.Boot.Store(me.boot)
	})
}

// describeIfCheap describes a user whose process has been looked up before.
func (a *Arena) describeIfCheap() {
	if whoAmIKnown.Load() {
		a.describe()
	}
}

// bits32 is what the user table says about the word size of this process.
const bits32 = layout.UserBits32 * uint32(1-^uint(0)>>63)
