package config_test

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"usarena/config"
	"usarena/internal/errs"
)

const (
	kib = config.Size(1 << 10)
	mib = config.Size(1 << 20)
	gib = config.Size(1 << 30)
)

func TestDefaults(t *testing.T) {
	want := config.Config{Size: 64 * kib, MaxSize: 16 * gib, Users: 8, Mode: 0o600}
	for _, c := range []*config.Config{nil, {}} {
		got, err := c.WithDefaults()
		if err != nil || got != want {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

func TestEverythingIsKept(t *testing.T) {
	c := config.Config{
		Size: mib, MaxSize: 2 * mib, NoReserve: true, Users: 10000, Mode: 0o666, Type: config.SharedOnly,
		LockType: config.DebugPlus, AttachAddr: 0x7000_0000_0000, History: true, HistorySize: 100, ResetIdle: true,
		ReclaimOnDeath: true, Reaper: time.Second, Share32: true,
	}
	before := c
	got, err := c.WithDefaults()
	if err != nil || got != c {
		t.Errorf("%+v, %v", got, err)
	}
	if again, err := got.WithDefaults(); err != nil || again != got {
		t.Errorf("a second time: %+v, %v", again, err)
	}
	if c != before {
		t.Error("WithDefaults changed its receiver")
	}
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		in        config.Config
		size, max config.Size
	}{
		{config.Config{Size: 4096}, 4096, 16 * gib},
		{config.Config{Size: 20 * gib}, 20 * gib, 20 * gib},
		{config.Config{Share32: true}, 64 * kib, gib},
		{config.Config{Share32: true, Size: 2 * gib}, 2 * gib, 2 * gib},
		{config.Config{Share32: true, MaxSize: 2 * gib}, 64 * kib, 2 * gib},
		{config.Config{NoAutoGrow: true}, 64 * kib, 64 * kib},
		{config.Config{NoAutoGrow: true, Size: mib, MaxSize: gib}, mib, mib},
		{config.Config{MaxSize: 16 * kib}, 16 * kib, 16 * kib},
		{config.Config{Size: mib, MaxSize: mib}, mib, mib},
		{config.Config{Size: 5000, MaxSize: 256 * gib}, 5000, 256 * gib},
	} {
		got, err := c.in.WithDefaults()
		if err != nil || got.Size != c.size || got.MaxSize != c.max {
			t.Errorf("%+v: %v of %v, %v", c.in, got.Size, got.MaxSize, err)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		in   config.Config
		says []string
	}{
		{config.Config{Size: 1}, []string{"Size", "1 B", "4.0 KiB"}},
		{config.Config{Size: 4095}, []string{"Size", "4095 B", "4.0 KiB"}},
		{config.Config{Size: 256*gib + 1}, []string{"Size", "256 GiB"}},
		{config.Config{MaxSize: 4095}, []string{"MaxSize", "4095 B"}},
		{config.Config{MaxSize: 257 * gib}, []string{"MaxSize", "257 GiB", "256 GiB"}},
		{config.Config{Size: 2 * mib, MaxSize: mib}, []string{"Size", "2.0 MiB", "MaxSize", "1.0 MiB"}},
		{config.Config{Size: 2 * mib, MaxSize: mib, NoAutoGrow: true}, []string{"Size", "MaxSize"}},
		{config.Config{Share32: true, MaxSize: 3 * gib}, []string{"MaxSize", "3.0 GiB", "2.0 GiB", "Share32"}},
		{config.Config{Share32: true, Size: 3 * gib}, []string{"Size", "Share32"}},
		{config.Config{Users: -1}, []string{"Users", "-1", "1 to 10000"}},
		{config.Config{Users: 10001}, []string{"Users", "10001", "1 to 10000"}},
		{config.Config{Mode: fs.ModeSetuid | 0o600}, []string{"Mode", "0777"}},
		{config.Config{Mode: 0o4600}, []string{"Mode", "04600"}},
		{config.Config{Mode: fs.ModeDir}, []string{"Mode"}},
		{config.Config{Type: 2}, []string{"Type(2)", "SharedOnly"}},
		{config.Config{Type: -1}, []string{"Type(-1)"}},
		{config.Config{LockType: 3}, []string{"LockType(3)", "DebugPlus"}},
		{config.Config{LockType: -1}, []string{"LockType(-1)"}},
		{config.Config{AttachAddr: 0x1234}, []string{"AttachAddr", "0x1234", "4096"}},
		{config.Config{HistorySize: -1}, []string{"HistorySize", "-1"}},
		{config.Config{Reaper: -time.Second}, []string{"Reaper", "-1s"}},
	} {
		got, err := c.in.WithDefaults()
		if !errors.Is(err, errs.Invalid) || !errors.Is(err, syscall.EINVAL) || got != (config.Config{}) {
			t.Errorf("%+v: %+v, %v", c.in, got, err)
			continue
		}
		for _, word := range c.says {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%v: does not say %q", err, word)
			}
		}
	}
}

// The public contract lists these fields and types and no others.
func TestFields(t *testing.T) {
	want := map[string]string{
		"Size": "config.Size", "MaxSize": "config.Size", "NoAutoGrow": "bool", "NoReserve": "bool", "Users": "int",
		"Mode": "fs.FileMode", "Type": "config.Type", "LockType": "config.LockType", "AttachAddr": "uint64",
		"History": "bool", "HistorySize": "int", "ResetIdle": "bool", "ReclaimOnDeath": "bool",
		"Reaper": "time.Duration", "Share32": "bool",
	}
	typ := reflect.TypeFor[config.Config]()
	for i := range typ.NumField() {
		f := typ.Field(i)
		if want[f.Name] != f.Type.String() {
			t.Errorf("%s is %v, want %q", f.Name, f.Type, want[f.Name])
		}
		delete(want, f.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func ExampleConfig_WithDefaults() {
	c, err := (&config.Config{Size: 1 << 20, LockType: config.Debug}).WithDefaults()
	fmt.Println(c.Size, c.MaxSize, c.Users, c.Mode, c.Type, c.LockType, err)

	_, err = (&config.Config{Users: 20000}).WithDefaults()
	fmt.Println(err)
	// Output:
	// 1.0 MiB 16 GiB 8 -rw------- General Debug <nil>
	// usarena: config: Users is 20000, allowed is 1 to 10000: invalid argument
}
