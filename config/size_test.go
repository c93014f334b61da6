package config_test

import (
	"encoding"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"usarena/config"
	"usarena/internal/errs"
)

var (
	_ flag.Value               = (*config.Size)(nil)
	_ encoding.TextMarshaler   = config.Size(0)
	_ encoding.TextUnmarshaler = (*config.Size)(nil)
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]config.Size{
		"0": 0, "65536": 65536, " 65536 ": 65536, "010": 10,
		"0x10000": 65536, "0XFF": 255, "0xffffffffffffffff": 1<<64 - 1,
		"64KiB": 65536, "64 KiB": 65536, "64kib": 65536, "64 ki": 65536,
		"2 GB": 2e9, "2GB": 2e9, "3k": 3000, "1M": 1e6, "1 MiB": 1 << 20,
		"1.5 GiB": 3 << 29, ".5KiB": 512, "0.1 KiB": 102, "7 B": 7, "1.9": 1,
		"16 EiB":               0, // checked below: too large
		"18446744073709551615": 1<<64 - 1,
		"9007199254740993":     1<<53 + 1, // not a float64
		"4503599627370497 KiB": (1<<52 + 1) << 10,
	} {
		got, err := config.ParseSize(text)
		if text == "16 EiB" {
			if !errors.Is(err, errs.Invalid) {
				t.Errorf("%q = %d, %v", text, got, err)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%q = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", " ", "KiB", "-1", "+1", "1e3", "1_000", "1,5 GiB", "0x", "0xg", "0x-1", "0x10000000000000000",
		"1 KiB 2", "64 KiBs", "1..5", ".", "1.2.3", "64 potatoes", "18446744073709551616", "0.0001", "1 /", "1/2",
		"11111111111111111111111111111111111111111 B", "٣"} {
		n, err := config.ParseSize(text)
		if !errors.Is(err, errs.Invalid) || !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%q = %d, %v", text, n, err)
		}
	}
}

func TestSizeString(t *testing.T) {
	for n, want := range map[config.Size]string{
		0: "0 B", 1: "1 B", 1023: "1023 B", 1024: "1.0 KiB", 4096: "4.0 KiB", 65536: "64 KiB", 65537: "65537 B",
		1536: "1.5 KiB", 1 << 20: "1.0 MiB", 1100 << 10: "1100 KiB", 16 << 30: "16 GiB", 1<<64 - 1: "18446744073709551615 B",
	} {
		if got := n.String(); got != want {
			t.Errorf("%d prints as %q, want %q", uint64(n), got, want)
		}
	}
}

func TestSizeReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := config.Size(rapid.Uint64().Draw(t, "n") << rapid.IntRange(0, 63).Draw(t, "shift"))
		var back config.Size
		text, err := n.MarshalText()
		if err == nil {
			err = back.UnmarshalText(text)
		}
		if err != nil || back != n {
			t.Fatalf("%d -> %q -> %d, %v", uint64(n), text, uint64(back), err)
		}
	})
}

func TestSizeElsewhere(t *testing.T) {
	var c struct{ Size config.Size }
	if err := json.Unmarshal([]byte(`{"Size":"2 MiB"}`), &c); err != nil || c.Size != 2<<20 {
		t.Errorf("JSON: %v, %v", c.Size, err)
	}
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	fs.Var(&c.Size, "size", "")
	if err := fs.Parse([]string{"-size", "64KiB"}); err != nil || c.Size != 65536 {
		t.Errorf("flag: %v, %v", c.Size, err)
	}
	if err := c.Size.Set("much"); err == nil || c.Size != 65536 {
		t.Errorf("a bad flag: %v, %v", c.Size, err)
	}
}

func FuzzParseSize(f *testing.F) {
	for _, s := range []string{"64KiB", "2 GB", "0x10000", "1.5 GiB", "-1", "1e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := config.ParseSize(s)
		if err != nil {
			if !errors.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if back, err := config.ParseSize(n.String()); err != nil || back != n {
			t.Errorf("%q = %d = %v, read back as %d, %v", s, uint64(n), n, uint64(back), err)
		}
	})
}

func ExampleParseSize() {
	for _, text := range []string{"64KiB", "2 GB", "0x10000"} {
		n, err := config.ParseSize(text)
		fmt.Println(uint64(n), n, err)
	}
	// Output:
	// 65536 64 KiB <nil>
	// 2000000000 1953125 KiB <nil>
	// 65536 64 KiB <nil>
}
