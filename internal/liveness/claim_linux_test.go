package liveness_test

import (
	"sync"
	"testing"

	"usarena/internal/liveness"
)

func TestClaimExcludes(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		a, b := keeper(t, path), keeper(t, path)
		release, ok := a.Claim(7)
		if !ok {
			t.Fatal("a free slot cannot be claimed")
		}
		if _, ok := a.Claim(7); ok {
			t.Error("two goroutines claimed one slot")
		}
		if _, ok := b.Claim(7); ok {
			t.Error("two attachments claimed one slot")
		}
		if ok, _ := b.Take(7); ok {
			t.Error("a claimed slot was taken")
		}
		if !a.Dead(7) || b.Dead(7) {
			t.Errorf("the claimant says dead=%v, the other %v", a.Dead(7), b.Dead(7))
		}
		release()
		again, ok := b.Claim(7)
		if !ok {
			t.Fatal("not free after release")
		}
		release() // an old release must not free somebody else's claim
		if _, ok := a.Claim(7); ok {
			t.Error("claimed twice after an old release")
		}
		again()
		if !a.Dead(7) || !b.Dead(7) {
			t.Error("not free at the end")
		}
	})
}

func TestClaimRace(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		ks := []*liveness.Keeper{keeper(t, path), keeper(t, path)}
		var wg sync.WaitGroup
		inside := make([]sync.Mutex, 4)
		won := 0
		var mu sync.Mutex
		for g := range 8 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := range 300 {
					slot := 1 + (g+i)%4
					release, ok := ks[g%2].Claim(slot)
					if !ok {
						continue
					}
					if !inside[slot-1].TryLock() {
						t.Errorf("two claims of slot %d at a time", slot)
					} else {
						inside[slot-1].Unlock()
					}
					mu.Lock()
					won++
					mu.Unlock()
					release()
				}
			}()
		}
		wg.Wait()
		if won == 0 {
			t.Error("nobody ever claimed anything")
		}
	})
}

func TestClaimOutlivesClose(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		a, b := keeper(t, path), keeper(t, path)
		release, ok := a.Claim(2)
		if !ok {
			t.Fatal("no claim")
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if _, ok := b.Claim(2); ok {
			t.Error("Close let go of a claim in progress")
		}
		release()
		if !b.Dead(2) {
			t.Error("still claimed after release")
		}
	})
}
