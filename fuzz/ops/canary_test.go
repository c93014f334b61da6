package ops_test

import (
	"os"
	"strings"
	"testing"

	"usarena/config"
	"usarena/internal/scratch"
)

// TestModelComplains plants one fault for each thing that the model holds.
func TestModelComplains(t *testing.T) {
	type walked = func(func(uint64, uint64) bool)
	walkOf := func(pairs ...uint64) walked {
		return func(yield func(uint64, uint64) bool) {
			for i := 0; i < len(pairs); i += 2 {
				if !yield(pairs[i], pairs[i+1]) {
					return
				}
			}
		}
	}
	fresh := func() *model {
		m := newModel()
		for _, b := range []*block{{off: 4096, size: 64}, {off: 8192, size: 4096}} {
			if err := m.add(b, b.size, 16); err != nil {
				t.Fatal(err)
			}
		}
		return m
	}
	add := func(off, size, asked, align uint64) func(*model) error {
		return func(m *model) error { return m.add(&block{off: off, size: size}, asked, align) }
	}
	compare := func(w walked) func(*model) error { return func(m *model) error { return m.compare(w) } }
	for want, f := range map[string]func(*model) error{
		"":                            compare(walkOf(4096, 64, 8192, 4096)),
		"multiple of 16":              add(4104, 64, 64, 0),
		"multiple of 256":             add(4096+128, 64, 64, 256),
		"page size":                   add(16384+16, 40960, 40960, 0),
		"were asked for":              add(16384, 64, 65, 0),
		"overlaps the live block 0x1": add(4096+48, 64, 64, 0),
		"overlaps the live block 0x2": add(8192-64, 128, 128, 0),
		"that is not live":            compare(walkOf(4096, 64, 4160, 64)),
		"BlockSize said":              compare(walkOf(4096, 80, 8192, 4096)),
		"finds 1 blocks, 2 are live":  compare(walkOf(4096, 64)),
	} {
		err := f(fresh())
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	m := fresh()
	m.remove(m.live[4096])
	if err := m.add(&block{off: 4096 + 32, size: 64}, 64, 16); err != nil {
		t.Errorf("a freed block is still in the way: %v", err)
	}
}

// TestWorkersComplain spoils one byte of memory behind the workers' backs.
func TestWorkersComplain(t *testing.T) {
	c := newCrew(t)
	if err := c.complete(); err != nil {
		t.Fatal(err)
	}
	a, remove, err := scratch.Create("ops", config.Config{Size: 1 << 20, NoAutoGrow: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { remove(); os.Remove(a.Name()) })
	ask := func(i int, q *request) answer {
		t.Helper()
		r, err := c.ask(i, q)
		if err != nil || r.Err != "" {
			t.Fatalf("%s: %v %s", q.Do, err, r.Text)
		}
		return r
	}
	ask(0, &request{Do: "join", Name: a.Name()})
	ask(1, &request{Do: "join", Name: a.Name()})
	for _, n := range []uint64{100, wholeFill, 200_000} {
		p := ask(0, &request{Do: "calloc", N: n, Size: 1, Fill: 7, Zeroed: true})
		for _, at := range []uint64{0, n / 2 &^ 4095, n - 1, p.Size - 1} {
			verify := func() string {
				return ask(1, &request{Do: "verify", Off: p.Off, Wrote: n, Seed: 7, Zeroed: true}).Bad
			}
			if bad := verify(); bad != "" {
				t.Fatalf("sound: %s", bad)
			}
			b := a.Bytes(p.Off, p.Size)
			b[at] ^= 4
			if verify() == "" {
				t.Errorf("byte %d of %d was changed and nobody noticed", at, n)
			}
			b[at] ^= 4
		}
		// A worker that moves a block or gets a zeroed one looks at it as well.
		b := a.Bytes(p.Off, p.Size)
		b[n/2&^4095+1] ^= 4
		if r := ask(1, &request{Do: "realloc", Off: p.Off, N: n * 2, Wrote: n, Seed: 7, Kept: n}); r.Bad == "" {
			t.Errorf("a block of %d bytes lost a byte on its way", n)
		}
	}
	ask(0, &request{Do: "close"})
	ask(1, &request{Do: "close"})
}

// TestPattern holds the helpers to what they are for.
func TestPattern(t *testing.T) {
	b := make([]byte, 10000)
	if bad := zero(b, 5); bad != "" {
		t.Errorf("zeros: %s", bad)
	}
	for _, at := range []int{0, 4095, 4096, 9999} {
		b[at] = 1
		if zero(b, 0) == "" {
			t.Errorf("byte %d is not zero and nobody noticed", at)
		}
		b[at] = 0
	}
	fill(b, 3)
	if same(b, 10000, 3) != "" || same(b, 10000, 4) == "" {
		t.Error("the pattern does not tell seeds apart")
	}
}
