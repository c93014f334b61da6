package arena_test

import (
	"testing"

	"usarena/arena"
)

func TestStartOf(t *testing.T) {
	const rest = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21\n"
	for line, want := range map[string]uint64{
		"77 (sh)" + rest:              4242,
		"77 (a ) b (c) S 1 2)" + rest: 4242,
		"77 ()" + rest:                4242,
		"":                            0,
		"77 (sh":                      0,
		"77 (sh)":                     0,
		"77 (sh) S 1 2 3":             0,
	} {
		if got := arena.StartOf([]byte(line)); got != want {
			t.Errorf("%q: %d, want %d", line, got, want)
		}
	}
}
