package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"usarena/config"
)

// asJSON says whether --json was given, anywhere on the line.
func asJSON(c *cobra.Command) bool {
	on, err := c.Flags().GetBool("json")
	return err == nil && on
}

// writeJSON writes one value on one line.
func writeJSON(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

// table writes aligned columns.
func table(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 8, 2, ' ', 0) }

// bytes is a size for people.
func bytes[T ~uint64](n T) string { return humanize.IBytes(uint64(n)) }

// count is a number for people.
func count(n uint64) string { return humanize.Comma(int64(n)) }

// sizeFlag reads sizes with units.
type sizeFlag struct{ *config.Size }

func (sizeFlag) Type() string { return "size" }

// Set is that of config.Size; the caller says already what was typed.
func (s sizeFlag) Set(text string) error {
	if s.Size.Set(text) != nil {
		return errors.New("write a size such as 64KiB, 2 GB, 65536 or 0x10000")
	}
	return nil
}

// String is empty for 0, so that help shows no default of "0 B".
func (s sizeFlag) String() string {
	if s.Size == nil || *s.Size == 0 {
		return ""
	}
	return s.Size.String()
}

// needName is the Args of commands on one arena.
func needName(c *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return usage(c, "%d names given, one arena is needed, for example %s /dev/shm/mine", len(args), c.CommandPath())
}

// usageError is wrong use of a command.
type usageError string

func (e usageError) Error() string { return string(e) }

func usage(c *cobra.Command, format string, args ...any) error {
	return usageError(c.Name() + ": " + fmt.Sprintf(format, args...))
}

// plural is "1 user" or "2 users".
func plural[T int | uint64](n T, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "s"):
		what += "e"
	}
	return count(uint64(n)) + " " + what + "s"
}
