package image_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"testing"

	"usarena/info"
	"usarena/internal/scratch"
	"usarena/internal/worker"
)

var (
	mutations = flag.Int("image.n", 300, "random inputs that TestMutations tries")
	mutSeed   = flag.Uint64("image.seed", 1, "seed of TestMutations")
)

func init() { worker.Register("image", child) }

func TestMain(m *testing.M) {
	worker.Main()
	scratch.Janitor()
	code := m.Run()
	theNurse.end()
	sweep()
	os.Exit(code)
}

// must plays one input and fails the test if something happened that must not.
func must(t testing.TB, data []byte) *answer {
	t.Helper()
	f, seed, text := decode(data)
	a, err := theNurse.try(f, request{Seed: seed})
	if err != nil {
		t.Fatalf("%v\ninput %x\n%s", err, data, text)
	}
	return a
}

// FuzzImage plays what the engine thinks of.
func FuzzImage(f *testing.F) {
	for i := range bases() {
		for seed := range byte(3) {
			f.Add([]byte{byte(i), 0, 0, 0, seed, 0})
		}
		f.Add([]byte{byte(i), flagCut, 0, 0x80, 0, 0})
		f.Add([]byte{byte(i), flagUnsealed, 0, 0, 0, 0, 0, 1, 9, 0, 3, 0, 0, 0})
		f.Add([]byte{byte(i), 0, 0, 0, 1, 0, 7, 6, 1, 0, 2, 0x10, 0, 0, 7, 8, 3, 0, 3, 0, 0, 0, 4, 11, 0, 0, 0, 0x10, 0, 0})
	}
	f.Add([]byte{rawInput})
	f.Add(append([]byte{rawInput}, bases()[0].bytes()[:3000]...))
	f.Fuzz(func(t *testing.T, data []byte) { feel(must(t, data).Seen) })
}

// TestMutations plays random changes to the base images.
func TestMutations(t *testing.T) {
	t.Logf("seed %d, %d inputs", *mutSeed, *mutations)
	rnd := rand.New(rand.NewPCG(*mutSeed, 1))
	for range *mutations {
		data := []byte{byte(rnd.IntN(len(bases()))), 0, byte(rnd.Uint32()), byte(rnd.Uint32()), byte(rnd.Uint32()), byte(rnd.Uint32())}
		if rnd.IntN(10) == 0 {
			data[1] = byte(rnd.Uint32())
		}
		for range rnd.IntN(1 << rnd.IntN(6)) {
			c := [changeSize]byte{byte(rnd.Uint32()), byte(rnd.Uint32()), byte(rnd.Uint32() >> rnd.IntN(8)), byte(rnd.IntN(2) * rnd.IntN(256))}
			for i := 4; i < changeSize; i++ {
				c[i] = byte(rnd.Uint32() >> rnd.IntN(9))
			}
			data = append(data, c[:]...)
		}
		must(t, data)
	}
}

// TestBases holds the base images to being sound, or else the inputs made of
// them would never get far.
func TestBases(t *testing.T) {
	for _, f := range bases() {
		if f.size <= smallFile {
			for _, x := range info.CheckImage(f.bytes()).Findings {
				t.Errorf("%v: %s at %#x: %s", f, x.Kind, x.Offset, x.Detail)
			}
		}
		a, err := theNurse.try(f, request{})
		if err != nil {
			t.Errorf("%v: %v", f, err)
			continue
		}
		seen := map[string]bool{}
		for _, s := range a.Seen {
			seen[s] = true
		}
		if !seen["Check ok"] || !seen["Join ok"] || !seen["Malloc ok"] || !seen["Free ok"] {
			t.Errorf("%v: only %q", f, a.Seen)
		}
	}
}
