package model

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage pile up: the sets of states are long-lived, and to make
// memory new and give it back takes longer than to explore.
func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
		debug.SetMemoryLimit(8 << 30)
	}
	os.Exit(m.Run())
}
