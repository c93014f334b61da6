package storm

import (
	"testing"

	"usarena/config"
)

// TestBigBlock: one block may take nine tenths of an arena, also after it was
// full of small blocks that another process freed, while their owner lives.
func TestBigBlock(t *testing.T) {
	a := newArena(t, config.Config{Size: 256 << 20, NoAutoGrow: true})
	total := a.Stats().FreeBytes
	big := func() {
		t.Helper()
		if err := a.Free(wholeBlock(t, a, total/10*9)); err != nil {
			t.Error(err)
		}
		wantClean(t, "big block", a)
	}
	big()
	owner, p := own(t, a, total, false)
	if _, err := a.Malloc(total / 2); err == nil {
		t.Error("half of a full arena could be allocated")
	}
	free(t, a, p)
	big()
	owner.mustTell(t, "leave")
	owner.mustEnd(t)
	wantEmpty(t, a)
}
