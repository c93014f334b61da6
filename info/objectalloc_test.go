package info_test

import (
	"testing"

	"usarena/alloc"
	"usarena/info"
	"usarena/internal/layout"
	"usarena/internal/region"
)

// TestObjectsAmongBlocks has the allocator make runs of objects among its blocks,
// with holes and at the end, and compares what info reads with what was asked for.
func TestObjectsAmongBlocks(t *testing.T) {
	for _, size := range []int{1 << 20, 8 << 20} {
		mem := memory(size)
		h, err := alloc.Create(mem, alloc.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		g, err := layout.Verify(layout.HeaderOf(mem), "memory")
		if err != nil {
			t.Fatal(err)
		}
		r, err := region.Over(mem, g, "memory")
		if err != nil {
			t.Fatal(err)
		}
		var blocks []uint64
		records, bytes := 0, uint64(0)
		for i := range 40 {
			off, err := h.Malloc(uint64(1+i*i*20) % 40000)
			if err != nil {
				t.Fatal(err)
			}
			for j := range uint64(100) { // what a run of objects must not show
				if n, err := h.BlockSize(off); err == nil && j*8+8 <= n {
					*(*uint64)(r.Pointer(off+j*8, 8)) = ^uint64(0)
				}
			}
			if i%3 == 0 {
				if err := h.Free(off); err != nil {
					t.Fatal(err)
				}
			} else {
				blocks = append(blocks, off)
			}
			if i%5 != 0 {
				continue
			}
			class := i / 5
			page, err := h.NewObjects(class)
			if err != nil {
				t.Fatal(err)
			}
			n, _ := layout.ObjectBytes(uint16(class))
			clean(t, info.CheckRegion(r, false, nil))
			(*layout.Object)(r.Pointer(r.OffsetOf(page), n)).Head.Store(uint64(layout.MakeHead(layout.ConditionObject, layout.ObjectLive, 0, 0, 1)))
			records, bytes = records+1, bytes+n
		}
		clean(t, info.CheckRegion(r, false, nil))
		seen := 0
		for b := range info.BlocksOf(r) {
			off, n := b.Offset, b.Size
			seen, bytes = seen+1, bytes+n
			if want, err := h.BlockSize(off); err != nil || want != n {
				t.Errorf("%#x: %d bytes, alloc says %d, %v", off, n, want, err)
			}
		}
		s := info.StatsOf(r)
		if seen != len(blocks) || s.LiveBytes != bytes || s.LiveBytes+s.FreeBytes != g.MaxPages<<layout.PageShift {
			t.Errorf("%d blocks of %d, %d bytes; %+v", seen, len(blocks), bytes, s)
		}
		if list := info.ObjectsOf(r, nil); len(list) != records || len(s.Objects) != 1 || s.Objects[0].Number != uint64(records) {
			t.Errorf("%d objects of %d; %+v", len(list), records, s.Objects)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		clean(t, info.CheckImage(mem))
	}
}
