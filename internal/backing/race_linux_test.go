package backing_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"usarena/internal/backing"
)

// race makes the arena as soon as the parent says so; whoever loses opens the
// winner's and must find it complete.
func race(name string, make func(backing.Name, os.FileMode, func(*backing.File) error) (*backing.File, error)) {
	n, err := backing.Parse(name)
	if err != nil {
		fmt.Println(err)
		return
	}
	ready()
	f, err := make(n, 0o600, fill("complete"))
	result := outcome(err)
	if f == nil {
		if f, err = backing.Open(n, false); err != nil {
			fmt.Println("the loser cannot open it:", err)
			return
		}
	}
	b := [8]byte{}
	if _, err := f.ReadHeader(b[:]); err != nil || string(b[:]) != "complete" {
		result = fmt.Sprintf("%s, but read %q, %v", result, b, err)
	}
	fmt.Println(result)
}

func TestCreatorsRace(t *testing.T) {
	for _, role := range []string{"create", "create-named"} {
		t.Run(role, func(t *testing.T) {
			places(t, func(t *testing.T, name string) {
				for round := range 5 {
					at := fmt.Sprint(name, round)
					var all []*child
					for range 4 {
						all = append(all, start(t, role, at))
					}
					for _, c := range all {
						c.goOn()
					}
					won := 0
					for _, c := range all {
						switch got := c.line(); got {
						case "won":
							won++
						case "exists":
						default:
							t.Error(got)
						}
					}
					if won != 1 {
						t.Errorf("%d of 4 creators won", won)
					}
					if err := os.Remove(at); err != nil {
						t.Error(err)
					}
				}
				for _, left := range leftovers(t, filepath.Dir(name)) {
					t.Errorf("left behind: %s", left)
				}
			})
		})
	}
}

func leftovers(t *testing.T, dir string) (left []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		left = append(left, e.Name())
	}
	return left
}

// hang stays in the middle of creation for ever.
func hang(name string) {
	n, err := backing.Parse(name)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = backing.Create(n, 0o600, func(f *backing.File) error {
		err := fill("half")(f)
		fmt.Println("ready")
		time.Sleep(time.Hour)
		return err
	})
	fmt.Println(err)
}

func TestKilledCreatorLeavesNothing(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		c := start(t, "hang", name)
		only(t, filepath.Dir(name), "")
		c.kill()
		only(t, filepath.Dir(name), "")
		create(t, parse(t, name), "whole")
		only(t, filepath.Dir(name), "arena")
	})
}

// Where files cannot be nameless, a killed creator leaves a file with a name of
// its own. The next creator removes it, but not that of one that is at work.
func TestLeftoversAreSwept(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		dead, alive := start(t, "hang-named", name), start(t, "hang-named", name)
		dir := filepath.Dir(name)
		if left := leftovers(t, dir); len(left) != 2 || !strings.HasPrefix(left[0], backing.TempPrefix) {
			t.Fatalf("while two are at work: %q", left)
		}
		bystander := filepath.Join(dir, backing.TempPrefix+"directory")
		if err := os.Mkdir(bystander, 0o700); err != nil {
			t.Fatal(err)
		}
		dead.kill()
		defer backing.NoTmpfile()()
		create(t, parse(t, name), "whole")
		if left := leftovers(t, dir); len(left) != 3 {
			t.Errorf("the arena, the one at work and the directory should be there: %q", left)
		}
		alive.kill()
		f, err := backing.Replace(parse(t, name), 0o600, fill("again"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if left := leftovers(t, dir); len(left) != 2 {
			t.Errorf("the arena and the directory should be there: %q", left)
		}
	})
}
