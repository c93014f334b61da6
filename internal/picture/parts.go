package picture

import "fmt"

// head is the title and what the arena is.
func (d *drawing) head() {
	h := d.h
	d.text(margin, margin+18, "h", "%s", h.Name)
	note := ""
	if h.InUse {
		note = " · in use: of slightly different moments"
	}
	d.text(margin, margin+42, "s", "%s · %s committed of %s · %s of %s · %d of %d slots in use%s", h.Backing, size(h.Committed), size(h.MaxSize),
		plural(h.Pages, "page"), size(h.PageSize), len(h.Users), h.UsersMax, note)
	d.y = margin + 66
}

// bar shows what is committed, by use.
func (d *drawing) bar() {
	h := d.h
	const width, height = pageWidth - 2*margin, 26
	x, total := float64(margin), float64(max(h.Meta+h.Live+h.FreeData, 1))
	small := h.Live - min(h.LargeBytes+h.ObjectBytes, h.Live)
	label := ""
	for _, part := range []struct {
		name  string
		bytes uint64
		fill  color
		white bool
	}{
		{"tables", h.Meta, hexColor(0x1d2430), true},
		{"small blocks", small, ofClass(4), true},
		{"large blocks", min(h.LargeBytes, h.Live), large[1], true},
		{"objects", h.ObjectBytes, object, true},
		{"free", h.FreeData, free, false},
	} {
		if part.name == "objects" && part.bytes == 0 {
			continue
		}
		w := width * float64(part.bytes) / total
		if part.bytes > 0 {
			d.f(`<g><title>%s: %s</title>`, part.name, size(part.bytes))
			d.rect(x, d.y, max(w-1.5, 0.8), height, 3, part.fill.hex(), "")
			class := ""
			if part.white {
				class = "w"
			}
			if text := part.name + " " + size(part.bytes); w > float64(len(text))*7.6+16 {
				d.text(x+8, d.y+height/2+baseline, class, "%s", text)
			}
			d.f(`</g>`)
		}
		if label += part.name + " " + size(part.bytes); part.name != "free" {
			label += " · "
		}
		x += w
	}
	d.text(margin, d.y+height+19, "s", "%s · longest free stretch %s", label, size(h.LargestFree))
	d.y += height + 44
}

// marks explains the cells.
func (d *drawing) marks() {
	x := float64(margin)
	side := 15.0
	put := func(draw func(x, y float64), text string) {
		draw(x, d.y-side+3)
		d.text(x+side+6, d.y, "s", "%s", text)
		x += side + 24 + 6.9*float64(len(text))
	}
	swatch := func(fill, more string) func(x, y float64) {
		return func(x, y float64) { d.rect(x, y, side, side, 2, fill, more) }
	}
	put(func(float64, float64) { x -= side + 6 }, "One mark: "+plural(d.g.per, "page"))
	put(func(x, y float64) {
		c := ofClass(4)
		d.rect(x, y, side, side, 2, paper.mix(c, 0.28).hex(), "")
		d.rect(x, y+side*0.4, side, side*0.6, 2, c.hex(), "")
	}, "span, as full as drawn")
	put(func(x, y float64) {
		d.rect(x, y, side/2-0.5, side, 2, large[0].hex(), "")
		d.rect(x+side/2+0.5, y, side/2-0.5, side, 2, large[1].hex(), "")
	}, "large blocks")
	if d.h.Objects > 0 {
		put(swatch(object.hex(), ""), "locks")
	}
	put(swatch(free.hex(), ""), "free")
	put(swatch("url(#hatch)", ""), "just freed")
	put(swatch(virgin.hex(), ` stroke="#dde1e7"`), "never used")
	put(swatch("none", fmt.Sprintf(` stroke="%s" stroke-width="1.6"`, orphan.hex())), "orphaned")
	put(swatch(lost.hex(), ""), "lost")
	d.f(`<path d="M%.1f %.1fh18" stroke="#1d2430" stroke-opacity=".55" stroke-width="1.2"/>`, x+1, d.y-4)
	d.text(x+25, d.y, "s", "%s", regionNote(d.g, d.h, lineRows))
	d.y += 34
}

// regionNote says what lies between two borders.
func regionNote(g *grid, h *Heap, rows uint64) string {
	if n := g.borders(h, rows); n > 1 {
		return fmt.Sprintf("%d regions", n)
	}
	return fmt.Sprintf("region, %s", size(h.RegionPages*h.PageSize))
}

// describe is the text of a mark that the pointer rests on.
func (d *drawing) describe(c *cell, i, n uint64) string {
	r := c.run
	if !c.alone {
		used := ""
		for k := range kinds {
			if c.by[k] > 0 {
				used += fmt.Sprintf(", %d %s", c.by[k], k)
			}
		}
		return fmt.Sprintf("pages %d to %d, %.0f %% in use%s", i*d.g.per, i*d.g.per+c.pages-1, 100*c.full(), used)
	}
	text := fmt.Sprintf("page %d at %#x: %s, %s", r.Page, d.h.DataOffset+r.Page*d.h.PageSize, r.Kind, plural(r.Pages, "page"))
	if r.Kind == Span {
		text += fmt.Sprintf(", blocks of %s, %d of %d live", size(r.Size), r.Live, r.Blocks)
	}
	if r.Kind == Objects {
		text += fmt.Sprintf(", records of %s, %d of %d live", size(r.Size), r.Live, r.Blocks)
	}
	if r.Slot != 0 && (r.Kind == Span || r.Kind == Large) {
		text += fmt.Sprintf(", slot %d", r.Slot)
	}
	if r.Orphan {
		text += ", orphaned"
	}
	return text
}
