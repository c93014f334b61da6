package main

import (
	"fmt"
	"io"
	"strings"
)

// ANSI colours of the kinds.
var colours = map[string]string{"small": "\x1b[36m", "large": "\x1b[33m", "orphan": "\x1b[31m", "free": "\x1b[2m"}

const plain = "\x1b[0m"

// glyph is the character of a cell: shades for small blocks, letters where a
// picture without colours must tell kinds apart.
func glyph(share float64, kind string, colour bool) string {
	switch {
	case kind == "free":
		return "·"
	case kind == "large" && !colour:
		return "L"
	case kind == "orphan" && !colour:
		return "x"
	}
	return []string{"░", "▒", "▓", "█"}[min(int(share*4), 3)]
}

// drawText draws rows of 64 cells.
func drawText(w io.Writer, p *picture, colour bool) {
	paint := func(kind, s string) string {
		if colour {
			return colours[kind] + s + plain
		}
		return s
	}
	s := p.Stats
	fmt.Fprintf(w, "%s: %s of data, %s allocated, %s free; a cell is %s\n\n", s.Name, bytes(p.Bytes), bytes(s.LiveBytes), bytes(s.FreeBytes), bytes(p.Each))
	const columns = 64
	for row := 0; row < len(p.Cells); row += columns {
		var line strings.Builder
		for _, c := range p.Cells[row:min(row+columns, len(p.Cells))] {
			share, kind := c.live()
			line.WriteString(paint(kind, glyph(share, kind, colour)))
		}
		fmt.Fprintf(w, "%#12x  %s\n", p.Cells[row].Offset, line.String())
	}
	small, large, orphan := paint("small", "░▒▓█"), paint("large", "L"), paint("orphan", "x")
	if colour {
		large, orphan = paint("large", "█"), paint("orphan", "█")
	}
	fmt.Fprintf(w, "\n%s small blocks, sparse to full   %s large block   %s left by a dead process   %s free\n", small, large, orphan, paint("free", "·"))
}
