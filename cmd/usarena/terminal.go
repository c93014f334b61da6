package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// isTerminal says whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// saysYes reads the answer to a question, a line; anything but y or yes is no.
func saysYes(r *bufio.Reader) bool {
	line, err := r.ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return err == nil && (answer == "y" || answer == "yes")
}

// width is the number of columns of a terminal, 80 where there is none.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ); err == nil && size.Col > 20 {
			return int(size.Col)
		}
	}
	return 80
}

// progress is a line on standard error that is overwritten, if that is a
// terminal; else nothing.
type progress struct{ on bool }

func newProgress() progress { return progress{isTerminal(os.Stderr)} }

func (p progress) say(format string, args ...any) {
	if p.on {
		fmt.Fprintf(os.Stderr, "\r\x1b[K"+format, args...)
	}
}

// done takes the line away again.
func (p progress) done() {
	if p.on {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
}
