package picture

import (
	"fmt"
	"io"
	"strings"

	humanize "github.com/dustin/go-humanize"
)

const textRows = 40 // at most about so many

// occupancy marks for spans: from an empty one to a full one.
var eighths = []rune("▁▁▂▃▄▅▆▇█")

// Text draws h for a terminal of width columns, with escape codes for colour if
// color is set; without, the marks alone tell the kinds apart.
func Text(w io.Writer, h *Heap, width int, color bool) error {
	const label = 13 // offset and a space
	cols := pow2(uint64(max(width-label, 16)))
	g := newGrid(h, cols, textRows)
	t := &textMap{color: color}
	t.line("%s (%s): %s committed of %s, %s live, %s free", printable(h.Name), h.Backing, size(h.Committed), size(h.MaxSize), size(h.Live), size(h.FreeData))
	if h.InUse {
		t.line("in use: the picture is of slightly different moments")
	}
	t.line("")
	starts := map[uint64]bool{}
	g.regions(h, g.borders(h, 1), func(cell uint64) { starts[cell] = true })
	for row := uint64(0); row < uint64(len(g.cells)); row += cols {
		fmt.Fprintf(&t.b, "%#011x  ", h.DataOffset+row*g.per*h.PageSize)
		for i := row; i < min(row+cols, uint64(len(g.cells))); i++ {
			t.cell(&g.cells[i])
		}
		t.plain()
		if starts[row] {
			t.b.WriteString(" ┤")
		}
		t.b.WriteByte('\n')
	}
	t.line("")
	t.line("one mark: %s   ┤ first row of %s", plural(g.per, "page"), regionNote(g, h, 1))
	t.legend(h)
	_, err := io.WriteString(w, t.b.String())
	return err
}

type textMap struct {
	b     strings.Builder
	color bool
	last  string // escape code in force
}

func (t *textMap) line(format string, args ...any) { fmt.Fprintf(&t.b, format+"\n", args...) }

func (t *textMap) paint(c color) {
	if code := c.escape(); t.color && code != t.last {
		t.b.WriteString(code)
		t.last = code
	}
}

func (t *textMap) plain() {
	if t.last != "" {
		t.b.WriteString("\x1b[0m")
		t.last = ""
	}
}

func (t *textMap) cell(c *cell) {
	mark := '·'
	switch paint := c.color(); c.kind() {
	case Virgin:
		t.paint(hexColor(0x8a8f98))
	case Free, Pending:
		mark = '░'
		t.paint(hexColor(0x8a8f98))
	case Lost:
		mark = '!'
		t.paint(orphan)
	case Large:
		mark = '■'
		if c.odd {
			mark = '□'
		}
		if c.orphan {
			mark, paint = '×', orphan
		}
		t.paint(paint.mix(paper, 0.25))
	case Objects:
		mark = '◆'
		t.paint(paint.mix(paper, 0.25))
	case Span:
		mark = eighths[min(max(int(c.full()*8+0.5), 0), 8)]
		if c.orphan {
			paint = orphan
		}
		t.paint(paint)
	}
	t.b.WriteRune(mark)
}

// legend explains marks and lists classes and users.
func (t *textMap) legend(h *Heap) {
	t.line("· never used   ░ free   ▁▄█ span, by how full it is   ■□ large block   ◆ locks and semaphores   × orphaned   ! lost")
	if h.LargeBlocks > 0 {
		t.line("%s, %s", plural(h.LargeBlocks, "large block"), size(h.LargeBytes))
	}
	if h.Objects > 0 {
		t.line("%s (locks, semaphores, barriers), %s", plural(h.Objects, "object"), size(h.ObjectBytes))
	}
	for _, c := range h.Classes {
		t.paint(ofClass(c.Class))
		t.b.WriteString("█ ")
		t.plain()
		t.line("%8s  %6d spans  %9d of %9d blocks live", size(c.Size), c.Spans, c.Live, c.Blocks)
	}
	t.line("%d of %d slots in use", len(h.Users), h.UsersMax)
	for _, u := range h.Users {
		since := ""
		if u.Since != "" {
			since = "since " + u.Since
		}
		t.line("  slot %-5d %-8s pid %-8d %s", u.Slot, u.State, u.Pid, since)
	}
}

func size(n uint64) string { return humanize.IBytes(n) }

func plural(n uint64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return comma(n) + " " + what + "s"
}

func comma(n uint64) string { return humanize.Comma(int64(n)) }

// printable keeps control characters of a file name from the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}
