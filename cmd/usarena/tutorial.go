package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"usarena/arena/segment"
)

// The writer and the reader of a well-known tutorial on shared memory share this:
// int cnt; int complete; char buf[1024].
const (
	tutorialKey   = 0x1234
	tutorialBuf   = 1024
	tutorialCnt   = 0
	tutorialDone  = 4
	tutorialText  = 8
	tutorialSize  = tutorialText + tutorialBuf
	tutorialTimes = 5
)

type tutorial struct {
	key   keyFlag
	pause time.Duration
}

func (o *tutorial) flags(c *cobra.Command) {
	o.key = tutorialKey
	c.Args = cobra.NoArgs
	c.Flags().VarP(&o.key, "key", "k", "the segment's key")
	c.Flags().DurationVar(&o.pause, "pause", 3*time.Second, "how long to wait after each look or write")
}

// attach finds or makes the segment.
func (o *tutorial) attach() (*segment.Segment, []byte, error) {
	s, err := segment.Get(segment.Key(o.key), tutorialSize, segment.Create|0o644)
	if err != nil {
		return nil, nil, err
	}
	b, err := s.Attach(0, 0)
	return s, b, err
}

// wait is a pause that an interrupt ends.
func (o *tutorial) wait(ctx context.Context) error {
	select {
	case <-time.After(o.pause):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func sysvWriteCommand() *cobra.Command {
	var o tutorial
	c := &cobra.Command{
		Use: "write", Short: "the writer of the tutorial's pair",
		Long: `Write five times 1023 letters into a segment, A to E, and remove it: the writer of a
well-known pair of C programs. The reader, theirs or usarena sysv read, shows them.
Both share: int cnt; int complete; char buf[1024].`,
		Example: "  usarena sysv write & usarena sysv read",
	}
	o.flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		s, b, err := o.attach()
		if err != nil {
			return err
		}
		defer s.Close()
		out := tutorialOut(c)
		text := b[tutorialText : tutorialText+tutorialBuf]
		for i := range tutorialTimes {
			copy(text, strings.Repeat(string(rune('A'+i)), tutorialBuf-1)+"\x00")
			binary.NativeEndian.PutUint32(b[tutorialCnt:], tutorialBuf-1)
			binary.NativeEndian.PutUint32(b[tutorialDone:], 0)
			fmt.Fprintf(out, "Writing Process: Shared Memory Write: Wrote %d bytes\n", tutorialBuf-1)
			if err := o.wait(c.Context()); err != nil {
				s.Remove()
				return err
			}
		}
		fmt.Fprintf(out, "Writing Process: Wrote %d times\n", tutorialTimes)
		binary.NativeEndian.PutUint32(b[tutorialDone:], 1)
		if err := s.Detach(b); err != nil {
			return err
		}
		if err := s.Remove(); err != nil {
			return err
		}
		fmt.Fprintln(out, "Writing Process: Complete")
		if asJSON(c) {
			return writeJSON(c.OutOrStdout(), map[string]int{"times": tutorialTimes, "bytes": tutorialBuf - 1})
		}
		return nil
	}
	return c
}

func sysvReadCommand() *cobra.Command {
	var o tutorial
	c := &cobra.Command{
		Use: "read", Short: "the reader of the tutorial's pair",
		Long: `Show what a segment holds, again and again, until the writer says that it is done:
the reader of a well-known pair of C programs. The writer is theirs or usarena sysv
write.`,
		Example: "  usarena sysv read                 while usarena sysv write runs\n  usarena sysv read --pause 1s",
	}
	o.flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		s, b, err := o.attach()
		if err != nil {
			return err
		}
		defer s.Close()
		out, looks := tutorialOut(c), 0
		for binary.NativeEndian.Uint32(b[tutorialDone:]) != 1 {
			text, _, _ := strings.Cut(string(b[tutorialText:tutorialText+tutorialBuf]), "\x00")
			fmt.Fprintf(out, "segment contains : \n\"%s\"\n", text)
			cnt := int32(binary.NativeEndian.Uint32(b[tutorialCnt:]))
			if cnt == -1 {
				return fmt.Errorf("usarena: read: %s: the writer says that it failed", s.Name())
			}
			fmt.Fprintf(out, "Reading Process: Shared Memory: Read %d bytes\n", cnt)
			looks++
			if err := o.wait(c.Context()); err != nil {
				return err
			}
		}
		fmt.Fprintln(out, "Reading Process: Reading Done, Detaching Shared Memory")
		if err := s.Detach(b); err != nil {
			return err
		}
		fmt.Fprintln(out, "Reading Process: Complete")
		if asJSON(c) {
			return writeJSON(c.OutOrStdout(), map[string]int{"looks": looks})
		}
		return nil
	}
	return c
}

// tutorialOut is where the lines for people go.
func tutorialOut(c *cobra.Command) io.Writer {
	if asJSON(c) {
		return io.Discard
	}
	return c.OutOrStdout()
}
