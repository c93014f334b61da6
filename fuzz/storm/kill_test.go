package storm

import (
	"testing"

	"usarena/config"
)

// TestKill kills processes that allocate, free, resize and hand blocks to each
// other, at random moments. Whoever joins next recovers the dead one, everybody
// goes on, and at the end each block is accounted for.
func TestKill(t *testing.T) {
	for name, cfg := range map[string]config.Config{
		"fixed":   {Size: 64 << 20, NoAutoGrow: true, Users: 8},
		"growing": {MaxSize: 64 << 20, Users: 8},
	} {
		t.Run(name, func(t *testing.T) {
			a := newArena(t, cfg)
			c := newCrew(t, a, 4, 2, sizes{Most: 64 << 10, Large: 1 << 20, Every: 100})
			for range (*rounds + 1) / 2 {
				c.round()
			}
			c.finish()
		})
	}
}

// TestCrossingBlocks does so with blocks that are longer than a region of the
// arena's pages and so lie across several, in an arena that is often full.
func TestCrossingBlocks(t *testing.T) {
	a := newArena(t, config.Config{Size: 160 << 20, NoAutoGrow: true, Users: 4})
	c := newCrew(t, a, 2, 2, sizes{Least: 200 << 10, Most: 3 << 19, Large: 6 << 20, Every: 20})
	for range *rounds {
		c.round()
	}
	c.finish()
}
