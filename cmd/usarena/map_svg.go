package main

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// Places in the picture, in pixels.
const (
	svgCell    = 8
	svgColumns = 128
	svgMargin  = 24
	svgHead    = 72
)

var svgColours = map[string]string{"free": "#e9edf1", "small": "#1f77b4", "large": "#e08a1e", "orphan": "#c62828"}

// drawSVG draws rows of 128 cells, each with its numbers as a tooltip.
func drawSVG(out io.Writer, p *picture) {
	w := bufio.NewWriter(out)
	defer w.Flush()
	rows := (len(p.Cells) + svgColumns - 1) / svgColumns
	width, height := 2*svgMargin+svgColumns*svgCell, svgHead+rows*svgCell+svgMargin+24
	s := p.Stats
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height, width, height)
	fmt.Fprintf(w, `<rect width="100%%" height="100%%" fill="#ffffff"/>`+"\n")
	fmt.Fprintf(w, `<text x="%d" y="28" font-size="16" font-weight="bold">%s</text>`+"\n", svgMargin, escape(s.Name))
	fmt.Fprintf(w, `<text x="%d" y="48" fill="#555">%s of data, %s allocated, %s free, longest free stretch %s; a cell is %s</text>`+"\n",
		svgMargin, bytes(p.Bytes), bytes(s.LiveBytes), bytes(s.FreeBytes), bytes(s.LargestFree), bytes(p.Each))
	for i, c := range p.Cells {
		share, kind := c.live()
		x, y := svgMargin+i%svgColumns*svgCell, svgHead+i/svgColumns*svgCell
		opacity := 1.0
		if kind != "free" {
			opacity = 0.3 + 0.7*share
		}
		fmt.Fprintf(w, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s" fill-opacity="%.2f"><title>%#x: %s, %.0f%% live</title></rect>`+"\n",
			x, y, svgCell-1, svgCell-1, svgColours[kind], opacity, c.Offset, kind, share*100)
	}
	x, y := svgMargin, height-svgMargin
	for _, l := range [][2]string{{"small", "small blocks"}, {"large", "large blocks"}, {"orphan", "left by a dead process"}, {"free", "free"}} {
		fmt.Fprintf(w, `<rect x="%d" y="%d" width="10" height="10" fill="%s"/><text x="%d" y="%d">%s</text>`+"\n", x, y-9, svgColours[l[0]], x+15, y, l[1])
		x += 170
	}
	fmt.Fprintln(w, "</svg>")
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}
