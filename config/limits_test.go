package config_test

import (
	"testing"

	"usarena/config"
	"usarena/internal/layout"
)

// The package itself knows nothing of the format; this holds the two together.
func TestLimitsFollowTheFormat(t *testing.T) {
	for _, c := range []struct {
		name         string
		here, format uint64
	}{
		{"MinSize", uint64(config.MinSize), layout.MinSize},
		{"MaxArena", uint64(config.MaxArena), layout.MaxArena},
		{"MaxUsers", config.MaxUsers, layout.MaxUsers},
		{"AttachMultiple", config.AttachMultiple, layout.PageSize},
		{"NoDebug", uint64(config.NoDebug), uint64(layout.LockNoDebug)},
		{"Debug", uint64(config.Debug), uint64(layout.LockDebug)},
		{"DebugPlus", uint64(config.DebugPlus), uint64(layout.LockDebugPlus)},
	} {
		if c.here != c.format {
			t.Errorf("%s is %d here and %d in the format", c.name, c.here, c.format)
		}
	}
}
