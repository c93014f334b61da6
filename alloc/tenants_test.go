package alloc_test

import (
	"testing"

	"usarena/alloc"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// shared is a span in which two users have a block each.
func shared(t *testing.T) (h, other *alloc.Heap, mine, its uint64) {
	t.Helper()
	h = create(t, 64<<10) // small: spans are not kept between calls
	other = open(t, h)
	mine, err := h.Malloc(64)
	if err != nil {
		t.Fatal(err)
	}
	if its, err = other.Malloc(64); err != nil || its&^4095 != mine&^4095 {
		t.Fatalf("%#x beside %#x, %v", its, mine, err)
	}
	return h, other, mine, its
}

// entryOf is the entry that names a slot in the record of the span with off.
func entryOf(t *testing.T, h *alloc.Heap, off uint64, slot int) (e interface {
	Load() uint32
	Store(uint32)
}) {
	t.Helper()
	page, _ := h.Region().Page(off)
	for i := 1; i <= layout.MaxTenants; i++ {
		if e := h.Region().Tenants(page).Entry(i); layout.LockSlot(e.Load()) == slot {
			return e
		}
	}
	t.Fatalf("no entry of slot %d", slot)
	return nil
}

// What a dead user has in a span that was given up while its death was written
// there is freed by whoever looks next.
func TestReclaimIsNotForgotten(t *testing.T) {
	for what, next := range map[string]func(h *alloc.Heap, mine uint64){
		"a full arena": func(h *alloc.Heap, _ uint64) { h.Malloc(h.Region().Geo.MaxPages << layout.PageShift) },
		"a free":       func(h *alloc.Heap, mine uint64) { free(t, h, mine) },
	} {
		h, other, mine, its := shared(t)
		e := entryOf(t, h, its, 2)
		e.Store(e.Load() | layout.TenantDead | layout.TenantReclaim)
		next(h, mine)
		_, err := h.BlockSize(its)
		wantErr(t, what, err, errs.DoubleFree, errs.NotAllocated)
		if what == "a full arena" {
			free(t, h, mine)
		}
		if err := other.Close(); err != nil {
			t.Error(err)
		}
		wantEmpty(t, h)
	}
}
