package picture

import (
	"fmt"
	"math"
)

// color is a colour of the screen, components from 0 to 1.
type color struct{ r, g, b float64 }

var (
	paper  = color{1, 1, 1}
	virgin = hexColor(0xf4f5f7)
	free   = hexColor(0xdde1e7)
	lost   = hexColor(0x111111)
	orphan = hexColor(0xd11149)
	object = hexColor(0x7a6a4f)
	large  = [2]color{hexColor(0x39527a), hexColor(0x5b77a5)}
)

// stops are the colours of the size classes, from 16 bytes to 32 KiB. Their
// brightness is about the same, so that brightness is left to occupancy.
var stops = []color{hexColor(0x0f8b8d), hexColor(0x3f9b45), hexColor(0xb59a00), hexColor(0xe07a1f), hexColor(0xc8446b), hexColor(0x8a4fbe)}

const lastClass = 71

func hexColor(v uint32) color {
	return color{float64(v>>16) / 255, float64(v>>8&255) / 255, float64(v&255) / 255}
}

func (c color) mix(d color, part float64) color {
	m := func(a, b float64) float64 { return a + (b-a)*part }
	return color{m(c.r, d.r), m(c.g, d.g), m(c.b, d.b)}
}

func (c color) hex() string {
	return fmt.Sprintf("#%02x%02x%02x", c.byte(c.r), c.byte(c.g), c.byte(c.b))
}

func (color) byte(v float64) int { return int(math.Round(255 * min(max(v, 0), 1))) }

// escape is the terminal's code for a foreground colour.
func (c color) escape() string {
	return fmt.Sprintf("\x1b[38;2;%d;%d;%dm", c.byte(c.r), c.byte(c.g), c.byte(c.b))
}

// ofClass is the colour of a size class.
func ofClass(class int) color {
	x := float64(min(max(class, 0), lastClass)) / lastClass * float64(len(stops)-1)
	i := min(int(x), len(stops)-2)
	return stops[i].mix(stops[i+1], x-float64(i))
}

// of is the colour of a full cell.
func (c *cell) color() color {
	switch c.kind() {
	case Free, Pending:
		return free
	case Large:
		if c.odd {
			return large[1]
		}
		return large[0]
	case Span:
		return ofClass(c.meanClass())
	case Objects:
		return object
	case Lost:
		return lost
	}
	return virgin
}
