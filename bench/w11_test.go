package bench

import "testing"

// W11 and W12, shortly.
func TestGrownAndLarge(t *testing.T) {
	defer func(most, ops, crowd int) { ScaleMost, ScaleOps, CrowdOf = most, ops, crowd }(ScaleMost, ScaleOps, CrowdOf)
	ScaleMost, ScaleOps, CrowdOf = 1000, 20000, 20000
	for name, n := range map[string]int{"W11": 16, "W12": 6} {
		list, ok, err := Run(t.Context(), name)
		if !ok || err != nil || len(list) != n {
			t.Errorf("%s: %v %v %v", name, list, ok, err)
		}
		for _, r := range list {
			if r.Value <= 0 {
				t.Errorf("%+v", r)
			}
		}
	}
}
