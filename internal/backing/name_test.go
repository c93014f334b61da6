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

		"sysv:0x1234":     {Kind: backing.KindSysV, Key: 0x1234, Path: "/dev/shm/usarena-sysv-0x1234"},
		"sysv:4660":       {Kind: backing.KindSysV, Key: 0x1234, Path: "/dev/shm/usarena-sysv-0x1234"},
		"sysv:0XAB":       {Kind: backing.KindSysV, Key: 0xab, Path: "/dev/shm/usarena-sysv-0xab"},
		"sysv:-1":         {Kind: backing.KindSysV, Key: 1<<32 - 1, Path: "/dev/shm/usarena-sysv-0xffffffff"},
		"sysv:4294967295": {Kind: backing.KindSysV, Key: 1<<32 - 1, Path: "/dev/shm/usarena-sysv-0xffffffff"},
		"sysv:private":    {Kind: backing.KindSysV},
		"/proc/12/fd/3":   {Kind: backing.KindMemfd, Path: "/proc/12/fd/3"},
		"/proc/self/fd/3": {Kind: backing.KindMemfd, Path: "/proc/self/fd/3"},
		"/proc/12/fd/x":   {Kind: backing.KindFile, Path: "/proc/12/fd/x"},
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
		"shm:/" + strings.Repeat("x", 256), "memfd:a", "sysv:", "sysv:0", "sysv:0x0", "sysv:x", "sysv:0x", "sysv:4294967296", "sysv:-2147483649", "sysv:1_0", "sysv:Private"} {
		n, err := backing.Parse(name)
		if !errors.Is(err, errs.Invalid) || n != (backing.Name{}) {
			t.Errorf("%q = %+v, %v", name, n, err)
		}
	}
}
