package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"usarena/arena"
)

// advise adds to an error about an arena which command met it, the arena's name
// where it is missing, and what to do.
func advise(c *cobra.Command, name string, err error) error {
	cure := ""
	switch {
	case errors.Is(err, fs.ErrNotExist):
		cure = "; make it with: usarena create " + name
	case errors.Is(err, fs.ErrExist):
		cure = "; look at it with: usarena info " + name + ", or choose another name"
	case errors.Is(err, fs.ErrPermission):
		cure = "; its owner and its permissions decide who may (ls -l)"
	case errors.Is(err, arena.ErrNotArena):
		cure = "; nothing was changed, choose the name of an arena"
	case errors.Is(err, arena.ErrVersion):
		cure = "; use the program that made it, or a newer one"
	case errors.Is(err, arena.ErrCorrupt), errors.Is(err, arena.ErrTruncated):
		cure = "; see what is wrong with: usarena check " + name
	}
	text := strings.TrimPrefix(err.Error(), "usarena: ")
	text = strings.TrimPrefix(text, c.Name()+": ")
	if !strings.Contains(text, name) {
		text = name + ": " + text
	}
	return &advised{fmt.Sprintf("%s: %s%s", c.Name(), text, cure), err}
}

// advised keeps the cause for errors.Is.
type advised struct {
	text  string
	cause error
}

func (e *advised) Error() string { return e.text }
func (e *advised) Unwrap() error { return e.cause }
