package main

import (
	"fmt"
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
	wantRow(t, s.table(), "W9 x_ns usarena 20.0 (10.0–30.0)")
	wantRow(t, s.table(), "c 20k (10.0–3.50M)")
}

func TestVerdicts(t *testing.T) {
	s := read(t, "W9 usarena x 10\nW9 usarena y 3\nW9 c x 8\n", "W9 usarena x 14\nW9 usarena y 5\nW9 c x 7\n")
	for want, l := range map[string]limit{
		"W9 x / c 1.60 (1.25–2.00) <= 1.6 met":         {metric: "W9 x", peer: "c", sign: "<=", bound: 1.6},
		"W9 x / c 1.60 (1.25–2.00) < 1.6 missed":       {metric: "W9 x", peer: "c", sign: "<", bound: 1.6},
		"W9 x / c 1.60 (1.25–2.00) >= 1.7 missed":      {metric: "W9 x", peer: "c", sign: ">=", bound: 1.7},
		"W9 x / c 1.60 (1.25–2.00)":                    {metric: "W9 x", peer: "c"},
		"W9 x, speed of c 0.62 (0.50–0.80) >= 0.5 met": {metric: "W9 x", peer: "c", speed: true, sign: ">=", bound: 0.5},
		"W9 y 4.00 (3.00–5.00) <= 3.9 missed":          {metric: "W9 y", sign: "<=", bound: 3.9},
		"W9 y / c – >= 1 not measured":                 {metric: "W9 y", peer: "c", sign: ">=", bound: 1},
		"W9 z – < 1 not measured":                      {metric: "W9 z", sign: "<", bound: 1},
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
	wantRow(t, s.table(), "W9 x usarena 1.00 (1.00–1.00)")
	wantRow(t, s.table(), "c 2.00 (2.00–2.00)")
	for _, bad := range []string{"false", "echo W9 usarena x", "echo W9 usarena x many"} {
		if err := s.round([]string{bad}, false); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestNet(t *testing.T) {
	s := read(t, "W1 usarena a 14\nW1 usarena_null a 4\nW1 c a 8\nW1 null a 3\n", "W1 usarena a 18\nW1 usarena_null a 4\nW1 c a 10\nW1 null a 5\n")
	for want, l := range map[string]limit{
		"W1 a / c, net 2.40 (2.33–2.50) <= 2 missed":        {metric: "W1 a", peer: "c", net: true, sign: "<=", bound: 2},
		"W1 a / c, net, least 2.00 (2.00–2.00) <= 2 met":    {metric: "W1 a", peer: "c", net: true, least: true, sign: "<=", bound: 2},
		"W1 a, speed of c, net 0.42 (0.40–0.43) >= 0.4 met": {metric: "W1 a", peer: "c", net: true, speed: true, sign: ">=", bound: 0.4},
		"W1 a / go_heap, net – <= 2 not measured":           {metric: "W1 a", peer: "go_heap", net: true, sign: "<=", bound: 2},
	} {
		wantRow(t, s.verdicts([]limit{l}), want)
	}
	if got := s.verdicts([]limit{{metric: "W2 a"}}); strings.Contains(got, "W2") {
		t.Errorf("a workload that did not run is judged:\n%s", got)
	}
}

func TestPicture(t *testing.T) {
	s := read(t, "W1 usarena pair_64_ns 10\nW1 glibc pair_64_ns 20\nW5 usarena ops2_per_s 100\nW5 boost_rb ops2_per_s 25\n")
	got := s.picture()
	wants := []string{">malloc + free, 64 bytes<", ">the small churn by two<",
		fmt.Sprintf("cx=\"%.1f\"", place(2)), // glibc takes twice as long
		fmt.Sprintf("cx=\"%.1f\"", place(4)), // boost gets a quarter done
	}
	for _, want := range wants {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if strings.Contains(got, ">realloc from") {
		t.Error("a workload that did not run has a row")
	}
}
