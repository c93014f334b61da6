package picture

import "fmt"

const (
	lineHeight = 21
	usersShown = 60
	sideBySide = 12 // more classes than this get the whole width
)

// tables lists users and classes: side by side, or the many classes in columns
// below.
func (d *drawing) tables() {
	top := d.y
	lines := d.classLines()
	if len(lines) <= sideBySide {
		left := d.column("Blocks in use", lines, margin, top, 500)
		d.y = max(left, d.users(pageWidth/2+margin, top))
		return
	}
	top = d.users(margin, top) + 14
	const columns, gap = 2, 100
	width := float64(pageWidth-2*margin-(columns-1)*gap) / columns
	each := (len(lines) + columns - 1) / columns
	for i := range columns {
		part := lines[min(i*each, len(lines)):min((i+1)*each, len(lines))]
		title := ""
		if i == 0 {
			title = "Blocks in use"
		}
		d.y = max(d.y, d.column(title, part, margin+float64(i)*(width+gap), top, width))
	}
}

// classLine is one line of the table of blocks; part is negative without a bar.
type classLine struct {
	fill       color
	name, text string
	part       float64
}

func (d *drawing) classLines() (lines []classLine) {
	h := d.h
	if h.LargeBlocks > 0 {
		lines = append(lines, classLine{large[1], "large", fmt.Sprintf("%s, %s", plural(h.LargeBlocks, "block"), size(h.LargeBytes)), -1})
	}
	for _, c := range h.Classes {
		text := fmt.Sprintf("%s of %s live · %s", comma(c.Live), comma(c.Blocks), plural(c.Spans, "span"))
		lines = append(lines, classLine{ofClass(c.Class), size(c.Size), text, float64(c.Live) / float64(max(c.Blocks, 1))})
	}
	return lines
}

func (d *drawing) column(title string, lines []classLine, x, y, width float64) float64 {
	d.text(x, y, "t", "%s", title)
	y += lineHeight + 3
	const bar = 88
	for _, l := range lines {
		d.rect(x, y-11, 13, 13, 2, l.fill.hex(), "")
		d.text(x+22, y, "", "%s", l.name)
		if l.part >= 0 {
			d.rect(x+84, y-9, bar, 9, 3, paper.mix(l.fill, 0.25).hex(), "")
		}
		if l.part > 0 {
			d.rect(x+84, y-9, max(bar*l.part, 1.5), 9, 3, l.fill.hex(), "")
		}
		d.text(x+width, y, "n", "%s", l.text)
		y += lineHeight
	}
	if len(lines) == 0 {
		d.text(x, y, "s", "none")
		y += lineHeight
	}
	return y
}

func (d *drawing) users(x, y float64) float64 {
	h := d.h
	d.text(x, y, "t", "Users")
	y += lineHeight + 3
	for i, u := range h.Users {
		if i == usersShown {
			d.text(x, y, "s", "and %d more", len(h.Users)-i)
			y += lineHeight
			break
		}
		dot := map[string]color{"live": hexColor(0x2e9e5b), "dead": orphan}[u.State]
		d.f(`<circle cx="%.1f" cy="%.1f" r="5" fill="%s"/>`, x+6, y-4.5, dot.hex())
		d.text(x+22, y, "", "slot %d", u.Slot)
		d.text(x+110, y, "", "%s", u.State)
		d.text(x+190, y, "", "pid %d", u.Pid)
		if u.Since != "" {
			d.text(x+300, y, "s", "since %s", u.Since)
		}
		y += lineHeight
	}
	if len(h.Users) == 0 {
		d.text(x, y, "s", "nobody is attached")
		y += lineHeight
	}
	return y
}
