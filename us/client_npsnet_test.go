package us_test

import (
	"fmt"
	"io/fs"
	"os"
	"testing"

	"usarena/arena/arenatest"
	"usarena/us"
)

// NPSNET's audio demands CONF_CHMOD on the handle of a live arena, also of one
// whose file is gone already, and several arenas side by side.
func TestClientNPSNET(t *testing.T) {
	arenatest.NeedFile(t)
	for _, kind := range []int{us.US_SHAREDONLY, us.US_GENERAL} {
		with(t, us.CONF_ARENATYPE, kind)
		for i := range 2 {
			name := fmt.Sprintf("%s.%d.%d", arenatest.Name(t), os.Getpid(), i)
			t.Cleanup(func() { os.Remove(arenatest.Path(name)) })
			a := mustInit(t, name)
			need(us.Config(us.CONF_CHMOD, a, 0o666))(t)
			l := need(us.NewLock(a))(t)
			done(t, us.SetLock(l), us.UnsetLock(l))
			fi, err := os.Stat(arenatest.Path(name))
			switch {
			case kind == us.US_SHAREDONLY && err == nil:
				t.Error("US_SHAREDONLY, and the file is there")
			case kind == us.US_GENERAL && (err != nil || fi.Mode() != fs.FileMode(0o666)):
				t.Errorf("mode %v, %v", fi, err)
			}
		}
	}
}
