package alloc_test

import (
	"os"
	"testing"

	"usarena/internal/worker"
)

func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}
