package torture

import (
	"os"
	"testing"
	"time"

	"usarena/internal/worker"
)

func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

func TestStorm(t *testing.T) {
	s, err := Run(t.Context(), Options{Procs: 8, For: 5 * time.Second, Every: time.Second, Show: func(s Snapshot) { t.Logf("%+v", s) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", s)
	for _, f := range s.Findings {
		t.Error(f)
	}
}
