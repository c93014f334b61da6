package bench

import "testing"

// W10, shortly: after no kill anything hangs or is lost.
func TestW10(t *testing.T) {
	defer func(n int) { Kills = n }(Kills)
	Kills = 10
	list, ok, err := Run(t.Context(), "W10")
	if !ok || err != nil || len(list) != 2 {
		t.Fatal(list, ok, err)
	}
	for _, r := range list {
		if r.Metric == "broken_fraction" && r.Value != 0 || r.Value < 0 || r.Value > 1 { // a slow machine is no failure
			t.Errorf("%+v", r)
		}
	}
}
