package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func heap(pages uint64, runs ...Run) *Heap {
	return &Heap{
		Name: "a<b>&\"c\x1b[31m", Backing: "file", Pages: pages, RegionPages: 256, PageSize: 4096, DataOffset: 0x3000,
		Meta: 8192, Live: 4096, FreeData: pages*4096 - 4096, Committed: pages*4096 + 8192, MaxSize: 1 << 30,
		Classes:  []Class{{Class: 3, Size: 64, Spans: 1, Blocks: 64, Live: 2}},
		Users:    []User{{Slot: 1, State: "live", Pid: 7, Since: "today"}, {Slot: 2, State: "dead"}},
		UsersMax: 8, LargeBlocks: 1, LargeBytes: 4096,
		Runs: slices.Values(runs),
	}
}

// each kind once, 16 pages.
var each = []Run{
	{Page: 0, Pages: 2, Kind: Span, Class: 3, Size: 64, Live: 32, Blocks: 64},
	{Page: 2, Pages: 3, Kind: Large}, {Page: 5, Pages: 1, Kind: Large}, {Page: 6, Pages: 2, Kind: Pending},
	{Page: 8, Pages: 1, Kind: Lost}, {Page: 9, Pages: 2, Kind: Free}, {Page: 11, Pages: 1, Kind: Large, Orphan: true}, {Page: 12, Pages: 4},
}

func TestText(t *testing.T) {
	var b strings.Builder
	if err := Text(&b, heap(16, each...), 80, false); err != nil {
		t.Fatal(err)
	}
	if want := "0x00000003000  ▄▄■■■□░░!░░×···· ┤\n"; !strings.Contains(b.String(), want) {
		t.Errorf("no %q in\n%s", want, b.String())
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("escape codes without colour, or from a name")
	}
	b.Reset()
	if err := Text(&b, heap(16, each...), 80, true); err != nil || !strings.Contains(b.String(), "\x1b[38;2;") {
		t.Errorf("no colours, %v", err)
	}
}

// TestWidth holds rows to the width asked for, and their number to a bound.
func TestWidth(t *testing.T) {
	for _, pages := range []uint64{0, 1, 16, 255, 257, 5000, 1 << 20} {
		for _, width := range []int{-1, 0, 40, 80, 200} {
			var b strings.Builder
			if err := Text(&b, heap(pages, Run{Pages: pages, Kind: Free}), width, false); err != nil {
				t.Fatal(err)
			}
			rows := 0
			for line := range strings.Lines(b.String()) {
				if !strings.HasPrefix(line, "0x") {
					continue
				}
				rows++
				if n := utf8.RuneCountInString(strings.TrimRight(line, " ┤\n")); n > max(width, 32)+4 {
					t.Errorf("%d pages, width %d: a row of %d", pages, width, n)
				}
			}
			if rows > textRows {
				t.Errorf("%d pages, width %d: %d rows", pages, width, rows)
			}
		}
	}
}

// TestSVG parses what is drawn and looks for what must be in it.
func TestSVG(t *testing.T) {
	for _, pages := range []uint64{0, 16, 1000, 5000, 300000} {
		runs := slices.Clone(each)
		for page := uint64(16); page < pages; page += 3 {
			runs = append(runs, Run{Page: page, Pages: 3, Kind: Span, Class: int(page % 72), Size: 64, Live: int(page % 7), Blocks: 6})
		}
		var b bytes.Buffer
		if err := SVG(&b, heap(pages, runs...)); err != nil {
			t.Fatal(err)
		}
		if b.Len() > 8<<20 {
			t.Errorf("%d pages: %d bytes", pages, b.Len())
		}
		text, elements := "", map[string]int{}
		for d := xml.NewDecoder(&b); ; {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%d pages: %v", pages, err)
			}
			switch tok := tok.(type) {
			case xml.StartElement:
				elements[tok.Name.Local]++
			case xml.CharData:
				text += string(tok)
			}
		}
		want := []string{`a<b>&"c?[31m`, "64 B", "2 of 64 live", "slot 1", "pid 7", "since today", "orphaned"}
		if pages >= 16 && pages <= 1000 {
			want = append(want, "page 0 at 0x3000: span, 2 pages, blocks of 64 B, 32 of 64 live", "page 8 at 0xb000: lost, 1 page", "page 11 at 0xe000: large block, 1 page, orphaned")
		}
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%d pages: no %q", pages, w)
			}
		}
		if elements["rect"] < 10 || pages > 0 && elements["path"] == 0 {
			t.Errorf("%d pages: %v", pages, elements)
		}
	}
}

// TestGridCountsAll proves that no page is lost or counted twice on the way into
// cells, whatever runs claim.
func TestGridCountsAll(t *testing.T) {
	for _, pages := range []uint64{1, 63, 64, 1000, 12345} {
		var runs []Run
		for page, n := uint64(0), uint64(1); page < pages; page, n = page+n, n*7%31+1 {
			runs = append(runs, Run{Page: page, Pages: n, Kind: Kind(n % uint64(kinds))})
		}
		g := newGrid(heap(pages, runs...), 16, 8)
		sum := uint64(0)
		for i := range g.cells {
			c := &g.cells[i]
			of := uint64(0)
			for _, n := range c.by {
				of += n
			}
			if of != c.pages || c.pages > g.per || c.full() > 1 {
				t.Errorf("cell %d: %+v", i, c)
			}
			sum += c.pages
		}
		if sum != pages || len(g.cells) > 16*8 {
			t.Errorf("%d pages became %d in %d cells", pages, sum, len(g.cells))
		}
	}
}

func TestColors(t *testing.T) {
	for class := -1; class <= lastClass+1; class++ {
		if c := ofClass(class).hex(); len(c) != 7 || c == free.hex() {
			t.Errorf("class %d is %s", class, c)
		}
	}
	if hexColor(0x123456).hex() != "#123456" || hexColor(0x0a0b0c).escape() != "\x1b[38;2;10;11;12m" {
		t.Error("a colour does not come back")
	}
}

// TestObjects draws records of locks beside blocks.
func TestObjects(t *testing.T) {
	h := heap(4, Run{Pages: 2, Kind: Objects, Size: 64, Live: 3, Blocks: 64}, Run{Page: 2, Pages: 2, Kind: Free})
	h.Objects, h.ObjectBytes, h.Live = 3, 192, 4096+192
	var text, svg strings.Builder
	if err := Text(&text, h, 80, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"◆◆░░", "3 objects (locks, semaphores, barriers), 192 B"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	if err := SVG(&svg, h); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"objects, 2 pages, records of 64 B, 3 of 64 live", "objects: 192 B", ">locks<"} {
		if !strings.Contains(svg.String(), want) {
			t.Errorf("no %q in the SVG file", want)
		}
	}
}
