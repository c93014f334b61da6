package main

import (
	"strings"
	"testing"
)

func read(t *testing.T, texts ...string) *samples {
	t.Helper()
	s := &samples{rounds: len(texts)}
	for _, text := range texts {
		if err := s.read(text); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// Rows are compared word by word.
func wantRow(t *testing.T, text, want string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.Join(strings.Fields(line), " ") == want {
			return
		}
	}
	t.Errorf("no row %q in\n%s", want, text)
}

func TestTable(t *testing.T) {
	s := read(t, "W9 usarena x_ns 30\nW9 c x_ns 10\n", "W9 usarena x_ns 10\nW9 c x_ns 20000\n", "W9 c x_ns 3500000\nW9 usarena x_ns 20\n")
	wantRow(t, s.table(), "metric peer median of 3 (least–most)")
	wantRow(t, s.table(), "x_ns usarena 20.0 (10.0–30.0)")
	wantRow(t, s.table(), "c 20k (10.0–3.50M)")
}

func TestVerdicts(t *testing.T) {
	s := read(t, "W9 usarena x 10\nW9 usarena y 3\nW9 c x 8\n", "W9 usarena x 14\nW9 usarena y 5\nW9 c x 7\n")
	for want, l := range map[string]limit{
		"x / c 1.60 (1.25–2.00) <= 1.6 met":         {metric: "x", peer: "c", sign: "<=", bound: 1.6},
		"x / c 1.60 (1.25–2.00) < 1.6 missed":       {metric: "x", peer: "c", sign: "<", bound: 1.6},
		"x / c 1.60 (1.25–2.00) >= 1.7 missed":      {metric: "x", peer: "c", sign: ">=", bound: 1.7},
		"x / c 1.60 (1.25–2.00)":                    {metric: "x", peer: "c"},
		"x, speed of c 0.62 (0.50–0.80) >= 0.5 met": {metric: "x", peer: "c", speed: true, sign: ">=", bound: 0.5},
		"y 4.00 (3.00–5.00) <= 3.9 missed":          {metric: "y", sign: "<=", bound: 3.9},
		"y / c – >= 1 not measured":                 {metric: "y", peer: "c", sign: ">=", bound: 1},
		"z – < 1 not measured":                      {metric: "z", sign: "<", bound: 1},
	} {
		wantRow(t, s.verdicts([]limit{l}), want)
	}
}

func TestRoundRunsEachCommand(t *testing.T) {
	s := &samples{}
	for _, backwards := range []bool{false, true} {
		if err := s.round([]string{"echo W9 usarena x 1", "echo W9 c x 2"}, backwards); err != nil {
			t.Fatal(err)
		}
	}
	wantRow(t, s.table(), "x usarena 1.00 (1.00–1.00)")
	wantRow(t, s.table(), "c 2.00 (2.00–2.00)")
	for _, bad := range []string{"false", "echo W9 usarena x", "echo W9 usarena x many"} {
		if err := s.round([]string{bad}, false); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
