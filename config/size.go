package config

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"usarena/internal/errs"
)

// Size is a number of bytes that prints and parses with units.
type Size uint64

// String is the size in the largest unit that says it exactly: "64 KiB",
// "1.5 GiB", "65537 B". ParseSize reads it back to the byte.
func (s Size) String() string {
	if short := humanize.IBytes(uint64(s)); exactly(short, s) {
		return short
	}
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	i, n := 0, uint64(s)
	for i < len(units)-1 && n%1024 == 0 {
		i, n = i+1, n/1024
	}
	return strconv.FormatUint(n, 10) + " " + units[i]
}

func exactly(text string, s Size) bool {
	back, err := ParseSize(text)
	return err == nil && back == s
}

// ParseSize reads a size: 64KiB, 2 GB, 1.5 GiB, 65536, 0x10000. KiB, MiB and so
// on count in 1024s, kB, MB and so on, and k, M, G alone, in 1000s; case does not
// matter. A fraction of a byte is dropped. Anything else is ErrInvalid.
func ParseSize(text string) (Size, error) {
	bad := func(why string) (Size, error) {
		return 0, errs.Wrap(errs.Invalid, "size", "%q %s; write for example 64KiB, 2 GB, 65536 or 0x10000", text, why)
	}
	s := strings.TrimSpace(text)
	if hex, ok := cutHex(s); ok {
		n, err := strconv.ParseUint(hex, 16, 64)
		if err != nil {
			return bad("is no hexadecimal number below 2^64")
		}
		return Size(n), nil
	}
	end := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end < 0 {
		end = len(s)
	}
	number, unit := s[:end], strings.TrimSpace(s[end:])
	// What is longer is no size, and arithmetic on it would take its time.
	if len(number) > 40 {
		return bad("has too many digits")
	}
	value, ok := new(big.Rat).SetString(number)
	if !ok {
		return bad("does not begin with a number")
	}
	if unit != "" {
		// The library knows the units; the multiplication is done here, because
		// its own rounds to 53 bits.
		factor, err := humanize.ParseBytes("1" + unit)
		if err != nil || !letters(unit) {
			return bad("has no unit that is known")
		}
		value.Mul(value, new(big.Rat).SetInt(new(big.Int).SetUint64(factor)))
	}
	whole := new(big.Int).Quo(value.Num(), value.Denom())
	if !whole.IsUint64() {
		return bad("is 2^64 bytes or more")
	}
	if whole.Sign() == 0 && value.Sign() != 0 {
		return bad("is less than a byte")
	}
	return Size(whole.Uint64()), nil
}

func cutHex(s string) (string, bool) {
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		return hex, true
	}
	return strings.CutPrefix(s, "0X")
}

func letters(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' }) < 0
}

// MarshalText is String.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSize.
func (s *Size) UnmarshalText(text []byte) error { return s.Set(string(text)) }

// Set is ParseSize, for flags.
func (s *Size) Set(text string) error {
	n, err := ParseSize(text)
	if err == nil {
		*s = n
	}
	return err
}

// Type is what usage messages of commands call a value.
func (s *Size) Type() string { return "size" }
