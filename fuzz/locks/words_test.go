package locks

import (
	"errors"
	"os/exec"
	"testing"
	"time"

	"usarena/config"
	"usarena/internal/testbin"
	"usarena/internal/worker"
)

// TestWordSizes: processes with 32- and 64-bit words use the same objects, one
// kind after the other; nobody dies, and nothing that must hold is ever broken.
func TestWordSizes(t *testing.T) {
	other := testbin.OtherWord(t)
	for _, only := range []string{"lock", "sema", "barrier", "rwlock", "condition"} {
		t.Run(only, func(t *testing.T) {
			x := set(t, config.Config{Users: hands + 3, MaxSize: 16 << 20, Share32: true})
			var procs []*worker.Proc
			defer func() {
				for _, p := range procs {
					p.Kill()
				}
			}()
			for i := range hands {
				procs = append(procs, x.hire(t, i, i, only, func(cmd *exec.Cmd) error {
					if i%2 == 1 {
						cmd.Path = other
					}
					return nil
				}))
			}
			time.Sleep(time.Duration(*secs) * time.Second)
			x.b.Stop.Store(1)
			for _, p := range procs {
				var done bool
				if err := errors.Join(p.Hear(&done), p.Wait()); err != nil {
					t.Error(err)
				}
			}
			procs = nil
			if w := x.b.Wrong.Load(); w != fine {
				t.Error(wrongNames[w])
			}
			ops := uint64(0)
			for i := range x.b.Hands {
				n := x.b.Hands[i].Ops.Load()
				ops += n
				if n == 0 {
					t.Errorf("hand %d did nothing", i)
				}
			}
			if x.b.A != x.b.B || x.b.X != x.b.Y || x.b.Told.Load()+x.b.ToldRW.Load()+x.b.Broken.Load() != 0 {
				t.Errorf("counters %d %d, %d %d; told %d, %d, broken %d", x.b.A, x.b.B, x.b.X, x.b.Y, x.b.Told.Load(), x.b.ToldRW.Load(), x.b.Broken.Load())
			}
			if v, err := x.sema.Value(); err != nil || v != units {
				t.Errorf("%d units are left, %v", v, err)
			}
			t.Logf("%d operations by two processes of each word size, barrier opened for %d, %d signals", ops, x.b.Met.Load(), x.b.Signals.Load())
			for _, f := range x.a.Check().Findings {
				t.Errorf("check: %s at %#x: %s", f.Kind, f.Offset, f.Detail)
			}
		})
	}
}
