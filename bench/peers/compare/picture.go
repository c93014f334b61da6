package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// bar is one row of the picture: a number of which more is worse, or better.
type bar struct {
	metric, text string
	more         bool // more is better
}

// bars are the rows, as people know the workloads.
var bars = []bar{
	{metric: "W1 pair_64_ns", text: "malloc + free, 64 bytes"},
	{metric: "W1 pair_4096_ns", text: "malloc + free, 4 KiB"},
	{metric: "W2 random_ns", text: "1000 blocks, freed in random order"},
	{metric: "W3 op_ns", text: "churn of 100,000 small blocks"},
	{metric: "W4 op_ns", text: "churn of 1000 large blocks"},
	{metric: "W5 ops2_per_s", text: "the small churn by two", more: true},
	{metric: "W6 items_per_s", text: "one allocates, another frees", more: true},
	{metric: "W7 growth_us", text: "realloc from 16 bytes to 1 MiB"},
	{metric: "W8 attach_us", text: "attach and first malloc"},
}

// look is how a peer is drawn. Shared heaps are filled.
type look struct {
	peer, text, color string
	filled            bool
}

var looks = []look{
	{ours, "usarena", "#d11149", true},
	{"boost_rb", "Boost.Interprocess rbtree_best_fit", "#39527a", true},
	{"boost_seq", "Boost.Interprocess simple_seq_fit", "#7a9cc6", true},
	{"glibc", "glibc", "#111111", false},
	{"mimalloc", "mimalloc", "#3f9b45", false},
	{"jemalloc", "jemalloc", "#e07a1f", false},
	{"tcmalloc", "tcmalloc", "#8a4fbe", false},
	{"go_modernc", "modernc.org/memory", "#0f8b8d", false},
	{"go_heap", "Go's heap", "#b59a00", false},
}

// The picture: names to the left, then a scale of factors of two.
const (
	rowHigh, leftWide, scaleWide, topHigh = 34, 290, 620, 70
	fastest, slowest                      = -4, 8 // of the scale, as powers of two
)

// place is where a factor lies on the scale.
func place(factor float64) float64 {
	x := (math.Log2(factor) - fastest) / (slowest - fastest)
	return leftWide + scaleWide*min(max(x, 0), 1)
}

// picture draws how much slower than usarena each peer is, from the medians. What
// lies beyond the scale is drawn at its end.
func (s *samples) picture() string {
	var b strings.Builder
	rows := slices.DeleteFunc(slices.Clone(bars), func(r bar) bool { return len(s.values[key{r.metric, ours}]) == 0 })
	high := topHigh + len(rows)*rowHigh + 80
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="13">`+"\n", leftWide+scaleWide+40, high)
	fmt.Fprintln(&b, `<rect width="100%" height="100%" fill="white"/>`)
	text := func(x, y float64, anchor, color, t string) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, anchor, color, html.EscapeString(t))
	}
	text(16, 24, "start", "#111111", fmt.Sprintf("time of one operation, usarena = 1 (medians of %d interleaved runs, loops included; left is faster)", s.rounds))
	bottom := float64(topHigh + len(rows)*rowHigh)
	for p := fastest; p <= slowest; p++ {
		x := place(math.Exp2(float64(p)))
		color := "#dde1e7"
		if p == 0 {
			color = "#d11149"
		}
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%.1f" stroke="%s"/>`+"\n", x, topHigh-10, x, bottom, color)
		text(x, topHigh-16, "middle", "#666666", factor(p))
	}
	for i, r := range rows {
		y := float64(topHigh + i*rowHigh + rowHigh/2)
		text(leftWide-26, y+4, "end", "#111111", r.text)
		mine := spreadOf(s.values[key{r.metric, ours}]).median
		for _, l := range slices.Backward(looks) { // ours last, on top
			v := s.values[key{r.metric, l.peer}]
			if len(v) == 0 {
				continue
			}
			f := spreadOf(v).median / mine
			if r.more {
				f = 1 / f
			}
			b.WriteString(l.dot(place(f), y))
		}
	}
	x := 16.0
	for _, l := range looks {
		b.WriteString(l.dot(x+6, bottom+34))
		text(x+16, bottom+38, "start", "#111111", l.text)
		x += 40 + 7.4*float64(len(l.text))
		if x > leftWide+scaleWide-140 {
			x, bottom = 16, bottom+20
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (l look) dot(x, y float64) string {
	fill := "white"
	if l.filled {
		fill = l.color
	}
	return fmt.Sprintf(`<circle cx="%.1f" cy="%.1f" r="6" fill="%s" stroke="%s" stroke-width="2"><title>%s</title></circle>`+"\n", x, y, fill, l.color, html.EscapeString(l.text))
}

// factor writes a power of two as people say it.
func factor(p int) string {
	if p < 0 {
		return fmt.Sprintf("1/%d", 1<<-p)
	}
	return fmt.Sprint(1 << p)
}
