package layout

import "testing"

func TestClassOf(t *testing.T) {
	for n := uint64(0); n <= MaxSmall; n++ {
		c := ClassOf(n)
		size := uint64(ClassTable[c].Size)
		if size < n {
			t.Fatalf("%d bytes get class %d of %d bytes", n, c, size)
		}
		if c > 0 && uint64(ClassTable[c-1].Size) >= n {
			t.Fatalf("%d bytes get class %d of %d bytes, %d would do", n, c, size, ClassTable[c-1].Size)
		}
		if n > fineLimit && (size-n)*steps > n {
			t.Fatalf("%d bytes get %d: more than 1/8 wasted", n, size)
		}
	}
}

func TestClassTable(t *testing.T) {
	for i, c := range ClassTable {
		bytes := c.Pages << PageShift
		switch {
		case c.Size%MinBlock != 0 || i > 0 && c.Size <= ClassTable[i-1].Size:
			t.Errorf("class %d: %d bytes", i, c.Size)
		case c.Pages < 1 || c.Pages > MaxSpanPages:
			t.Errorf("class %d: %d pages", i, c.Pages)
		case c.Blocks < 1 || c.Blocks > MaxSpanBlocks || c.Blocks*c.Size > bytes:
			t.Errorf("class %d: %d blocks of %d bytes in %d", i, c.Blocks, c.Size, bytes)
		}
		for off := range uint64(bytes) {
			if got, want := off*uint64(c.Magic)>>MagicShift, off/uint64(c.Size); got != want {
				t.Fatalf("class %d: byte %d is in block %d, by Magic in %d", i, off, want, got)
			}
		}
	}
	if last := ClassTable[Classes-1].Size; last != MaxSmall {
		t.Errorf("the last class has %d bytes, want %d", last, MaxSmall)
	}
}
