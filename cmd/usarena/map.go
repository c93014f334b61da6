package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"usarena/info"
)

const mapText = `Draw the arena: a mark for each page, or for a group of pages, from the first to
the last, by what they hold and how full they are, with a legend.

Without -o the picture goes to the terminal, as text. With -o it becomes an SVG
file that any browser shows. With --json the live blocks are listed instead, one
object a line. The arena is only looked at; while others use it the picture is
of slightly different moments.`

func mapCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "map NAME", Short: "a picture of the heap", Long: mapText, Args: needName,
		Example: `  usarena map /dev/shm/mine
  usarena map /dev/shm/mine -o heap.svg
  usarena map --json /dev/shm/mine | jq -s 'map(.size) | add'`,
	}
	c.Flags().StringVarP(&file, "output", "o", "", "write an SVG picture to this file")
	c.RunE = func(c *cobra.Command, args []string) error {
		out := c.OutOrStdout()
		var err error
		switch {
		case file != "":
			err = drawFile(c, args[0], file)
		case asJSON(c):
			err = listBlocks(out, args[0])
		default:
			err = info.Map(out, args[0], width(out), isTerminal(out))
		}
		if err != nil {
			return advise(c, args[0], err)
		}
		return nil
	}
	return c
}

// drawFile leaves no half a picture behind.
func drawFile(c *cobra.Command, name, file string) error {
	f, err := os.Create(file)
	if err != nil {
		return usage(c, "%v; choose a file that can be written", err)
	}
	if err := errors.Join(info.MapSVG(f, name), f.Close()); err != nil {
		os.Remove(file)
		return err
	}
	out := c.OutOrStdout()
	if asJSON(c) {
		return writeJSON(out, map[string]string{"file": file})
	}
	_, err = fmt.Fprintf(out, "%s: drawn into %s\n", name, file)
	return err
}

func listBlocks(out io.Writer, name string) error {
	for b, err := range info.Walk(name) {
		if err != nil {
			return err
		}
		if err := writeJSON(out, b); err != nil {
			return err
		}
	}
	return nil
}
