package repair

import (
	"usarena/info"
	"usarena/internal/layout"
)

// resolve turns unknown segments and empty spans into what they become: free, or
// one block of nobody's where there is content.
func (x *repairer) resolve(row []claim) (out []claim) {
	for _, c := range row {
		switch c.kind {
		case layout.Back:
			out = append(out, x.kept(c, "no word says what these pages are"))
		case layout.None:
			out = append(out, x.virgin(c)...)
		case layout.Span:
			if !x.span(c) {
				c.kind, c.word = layout.Free, 0
			}
			out = append(out, c)
		case layout.Cont:
			c.kind = layout.Free
			out = append(out, c)
		default:
			out = append(out, c)
		}
	}
	return out
}

// kept makes a stretch a block, unless its content is zero.
func (x *repairer) kept(c claim, why string) claim {
	if x.d.zero(x.dataOff(c.page), x.dataOff(c.end())) {
		return claim{kind: layout.Free, page: c.page, pages: c.pages}
	}
	x.salvaged(x.dataOff(c.page), c.pages, why)
	return claim{kind: layout.Large, page: c.page, pages: c.pages, word: layout.LargeRun(c.pages, 0, 0)}
}

// virgin looks at pages that seem never to have been used. Where some hold data
// all the same, the word that said so is gone.
func (x *repairer) virgin(c claim) []claim {
	used := func(p uint64) bool { return !x.d.zero(x.dataOff(p), x.dataOff(p+1)) }
	first, last := c.page, c.end()
	for first < last && !used(first) {
		first++
	}
	if first == last {
		return []claim{c}
	}
	for !used(last - 1) {
		last--
	}
	var out []claim
	if first > c.page {
		out = append(out, claim{kind: layout.Free, page: c.page, pages: first - c.page})
	}
	out = append(out, x.kept(claim{page: first, pages: last - first}, "these pages hold data, their words say that they were never used"))
	if last < c.end() {
		out = append(out, claim{kind: layout.Free, page: last, pages: c.end() - last})
	}
	return out
}

// missing lists blocks of which the file has lost a part.
func (x *repairer) missing(row []claim) {
	for _, c := range row {
		if c.end() > x.have && (c.kind == layout.Large || c.kind == layout.Span) {
			from := max(c.page, x.have)
			x.lost(info.KindContent, x.dataOff(from), "the end of the %s at %#x: %d pages of it lay beyond the end of the file and are zero now", c.kind, x.dataOff(c.page), c.end()-from)
		}
	}
}
