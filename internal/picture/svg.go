package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
)

// Sizes of the drawing, in its own units.
const (
	pageWidth = 1200
	margin    = 40
	gutter    = 92 // left of the grid: offsets
	svgRows   = 96
	lineRows  = 4 // rows between two lines
	baseline  = 5
)

// SVG draws h as a file that a browser shows. What a mark is appears when the
// pointer rests on it.
func SVG(w io.Writer, h *Heap) error {
	cols := uint64(128)
	switch {
	case h.Pages <= 64:
		cols = 16
	case h.Pages <= 1024:
		cols = 32
	case h.Pages <= 6144:
		cols = 64
	}
	d := &drawing{h: h, g: newGrid(h, cols, svgRows)}
	d.cell = min((pageWidth-2*margin-gutter)/float64(cols), 44)
	d.head()
	d.bar()
	d.grid()
	d.marks()
	d.tables()
	return d.finish(w)
}

// drawing collects the parts from top to bottom.
type drawing struct {
	h    *Heap
	g    *grid
	body bytes.Buffer
	y    float64 // where the next part begins
	cell float64 // side of a cell
}

func (d *drawing) f(format string, args ...any) { fmt.Fprintf(&d.body, format+"\n", args...) }

func (d *drawing) text(x, y float64, class, format string, args ...any) {
	d.f(`<text x="%.1f" y="%.1f" class="%s">%s</text>`, x, y, class, escape(fmt.Sprintf(format, args...)))
}

func (d *drawing) rect(x, y, w, h, round float64, fill, more string) {
	d.f(`<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" rx="%.1f" fill="%s"%s/>`, x, y, w, h, round, fill, more)
}

// finish writes the frame around the parts, whose height is known only now.
func (d *drawing) finish(w io.Writer) error {
	height := d.y + margin
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%.0f" viewBox="0 0 %d %.0f" role="img">
<title>%s</title>
<desc>Heap of an arena: %s in %s, %s live, %s free.</desc>
<style>
text{font-family:system-ui,"DejaVu Sans",sans-serif;fill:#1d2430;font-size:13px}
.h{font-size:24px;font-weight:600}.t{font-size:14px;font-weight:600}
.s{fill:#5c6675}.o{fill:#5c6675;font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:11px;text-anchor:end}
.n{text-anchor:end;font-variant-numeric:tabular-nums}.w{fill:#fff;font-weight:600;font-size:12px}
</style>
<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="%s"/><rect width="2" height="6" fill="#b9c0cb"/></pattern></defs>
<rect width="100%%" height="100%%" fill="#ffffff"/>
%s</svg>
`, pageWidth, height, pageWidth, height, escape(d.h.Name), plural(d.h.Pages, "page"), plural(uint64(len(d.h.Classes)), "size class"), size(d.h.Live), size(d.h.FreeData), free.hex(), d.body.String())
	return err
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(printable(s))) // a Buffer never fails
	return b.String()
}

// grid draws rows of cells, offsets at their left, regions as lines.
func (d *drawing) grid() {
	g, top := d.g, d.y
	x0 := float64(margin + gutter)
	labels := max(1, int(18/d.cell)) // rows from one offset to the next
	for i := uint64(0); i < uint64(len(g.cells)); {
		row, col := i/g.cols, i%g.cols
		n := uint64(1)
		for i+n < uint64(len(g.cells)) && col+n < g.cols && g.cells[i].same(&g.cells[i+n]) {
			n++
		}
		if col == 0 && int(row)%labels == 0 {
			d.text(x0-10, top+float64(row)*d.cell+d.cell/2+4, "o", "%#x", d.h.DataOffset+i*g.per*d.h.PageSize)
		}
		d.segment(x0+float64(col)*d.cell, top+float64(row)*d.cell, float64(n)*d.cell, i, n)
		i += n
	}
	d.borders(x0, top)
	rows := (uint64(len(g.cells)) + g.cols - 1) / g.cols
	d.y = top + float64(rows)*d.cell + 26
}

// borders draws a line where regions begin, as long as lines stay apart.
func (d *drawing) borders(x0, top float64) {
	d.f(`<g stroke="#1d2430" stroke-width="1.2" stroke-opacity=".55">`)
	d.g.regions(d.h, d.g.borders(d.h, lineRows), func(i uint64) {
		if i > 0 {
			d.f(`<path d="M%.1f %.1fh%.1f"/>`, x0-4, top+float64(i/d.g.cols)*d.cell-0.7, float64(d.g.cols)*d.cell+8)
		}
	})
	d.f(`</g>`)
}

// segment draws n cells of one run, or one cell of several.
func (d *drawing) segment(x, y, width float64, i, n uint64) {
	c := &d.g.cells[i]
	gap := min(d.cell*0.08, 1.5)
	w, h, round := width-gap, d.cell-gap, min(d.cell*0.14, 4)
	d.f(`<g><title>%s</title>`, escape(d.describe(c, i, n)))
	full := c.color()
	switch c.kind() {
	case Virgin:
		d.rect(x, y, w, h, round, virgin.hex(), "")
	case Pending:
		d.rect(x, y, w, h, round, "url(#hatch)", "")
	case Free:
		d.rect(x, y, w, h, round, free.hex(), "")
	case Lost:
		d.rect(x, y, w, h, round, lost.hex(), fmt.Sprintf(` stroke="%s" stroke-width="2"`, orphan.hex()))
	case Large:
		d.rect(x, y, w, h, round, free.mix(full, 0.25+0.75*c.full()).hex(), "")
	case Span, Objects:
		d.span(x, y, w, h, round, full, c)
	}
	if c.orphan {
		d.rect(x+1, y+1, w-2, h-2, round, "none", fmt.Sprintf(` stroke="%s" stroke-width="%.1f"`, orphan.hex(), max(1, d.cell/12)))
	}
	d.f(`</g>`)
}

// span draws a pale ground, filled from below as far as blocks are live. Cells
// too small for that are shaded instead.
func (d *drawing) span(x, y, w, h, round float64, full color, c *cell) {
	if d.cell < 10 {
		d.rect(x, y, w, h, round, paper.mix(full, 0.22+0.78*c.full()).hex(), "")
		return
	}
	d.rect(x, y, w, h, round, paper.mix(full, 0.28).hex(), "")
	if part := h * c.full(); part >= 0.5 {
		d.rect(x, y+h-part, w, part, min(round, part/2), full.hex(), "")
	}
}
