package backing_test

import (
	"errors"
	"strings"
	"testing"

	"usarena/internal/backing"
	"usarena/internal/errs"
)

func TestParse(t *testing.T) {
	for name, want := range map[string]backing.Name{
		"/tmp/a":    {Kind: backing.KindFile, Path: "/tmp/a"},
		"./a":       {Kind: backing.KindFile, Path: "./a"},
		"a":         {Kind: backing.KindFile, Path: "a"},
		"a:b":       {Kind: backing.KindFile, Path: "a:b"},
		"/dev/null": {Kind: backing.KindFile, Path: "/dev/null"},
		"shm:/a":    {Kind: backing.KindSHM, Path: "/dev/shm/a"},
		"shm:/a b":  {Kind: backing.KindSHM, Path: "/dev/shm/a b"},
		"shm:/...":  {Kind: backing.KindSHM, Path: "/dev/shm/..."},
		"memfd:":    {Kind: backing.KindMemfd},
		"/dev/zero": {Kind: backing.KindMemfd},
	} {
		want.Given = name
		if got, err := backing.Parse(name); got != want || err != nil {
			t.Errorf("%q = %+v, %v", name, got, err)
		}
		if want.String() != name {
			t.Errorf("%q prints as %q", name, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, name := range []string{"", "a\x00b", "/tmp/", "shm:", "shm:a", "shm:/", "shm:/.", "shm:/..", "shm://a", "shm:/a/b",
		"shm:/" + strings.Repeat("x", 256), "memfd:a", "sysv:1", "sysv:private"} {
		n, err := backing.Parse(name)
		if !errors.Is(err, errs.Invalid) || n != (backing.Name{}) {
			t.Errorf("%q = %+v, %v", name, n, err)
		}
		if unsupported := errors.Is(err, errors.ErrUnsupported); unsupported != strings.HasPrefix(name, "sysv:") {
			t.Errorf("%q: unsupported %v: %v", name, unsupported, err)
		}
	}
}
