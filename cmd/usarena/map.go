package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"usarena/info"
	"usarena/internal/layout"
)

const mapText = `Draw the arena: one cell for each stretch of pages, from the first to the last.
What is dark is full of live blocks, what is light is free; blocks larger than
32 KiB have a colour (and a letter) of their own, and so have blocks that a dead
process left.

Without -o the picture goes to the terminal, as text. With -o it becomes an SVG
file that any browser shows, with the numbers of each cell under the pointer.`

func mapCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "map NAME", Short: "a picture of the heap", Long: mapText, Args: needName,
		Example: `  usarena map /dev/shm/mine
  usarena map /dev/shm/mine -o heap.svg`,
	}
	c.Flags().StringVarP(&file, "output", "o", "", "write an SVG picture to this file")
	c.RunE = func(c *cobra.Command, args []string) error {
		cells := 64 * 16
		if file != "" {
			cells = 128 * 48
		}
		p, err := newPicture(args[0], cells)
		if err != nil {
			return advise(c, args[0], err)
		}
		out := c.OutOrStdout()
		switch {
		case asJSON(c) && file == "":
			return writeJSON(out, p.Cells)
		case file == "":
			drawText(out, p, isTerminal(out))
			return nil
		}
		f, err := os.Create(file)
		if err != nil {
			return fmt.Errorf("map: %w", err)
		}
		drawSVG(f, p)
		if err := f.Close(); err != nil {
			return fmt.Errorf("map: %w", err)
		}
		if asJSON(c) {
			return writeJSON(out, map[string]any{"file": file, "cells": len(p.Cells)})
		}
		fmt.Fprintf(out, "%s: %s drawn into %s\n", args[0], bytes(p.Bytes), file)
		return nil
	}
	return c
}

// picture is the data of an arena cut into cells of equal size.
type picture struct {
	Stats info.Stats
	Bytes uint64 // of data, all cells together
	Each  uint64 // bytes of a cell, a whole number of pages
	Cells []cell
}

// cell says how many bytes of it are live, by kind.
type cell struct {
	Offset uint64 `json:"offset"`
	Size   uint64 `json:"size"`
	Small  uint64 `json:"small"`
	Large  uint64 `json:"large"`
	Orphan uint64 `json:"orphan"`
}

// newPicture looks at an arena in at most so many cells.
func newPicture(name string, most int) (*picture, error) {
	s, err := info.Stat(name)
	if err != nil {
		return nil, err
	}
	g, err := layout.Plan(s.MaxSize, uint64(s.UsersMax))
	if err != nil {
		return nil, err
	}
	s.Name = name
	p := &picture{Stats: s, Bytes: s.LiveBytes + s.FreeBytes}
	pages := (p.Bytes + layout.PageSize - 1) / layout.PageSize
	per := max((pages+uint64(most)-1)/uint64(most), 1)
	p.Each = per * layout.PageSize
	for at := uint64(0); at < p.Bytes; at += p.Each {
		p.Cells = append(p.Cells, cell{Offset: g.DataOff + at, Size: min(p.Each, p.Bytes-at)})
	}
	for b, err := range info.Walk(name) {
		if err != nil {
			return nil, err
		}
		p.add(b, g.DataOff)
	}
	return p, nil
}

// add spreads a block over the cells that it touches. What lies outside, because
// the arena has grown since the cells were counted, is left out.
func (p *picture) add(b info.Block, origin uint64) {
	for at, end := b.Offset, b.Offset+b.Size; at < end && at >= origin; {
		i := (at - origin) / p.Each
		if i >= uint64(len(p.Cells)) {
			return
		}
		c := &p.Cells[i]
		n := min(end, origin+(i+1)*p.Each) - at
		switch {
		case b.Orphan:
			c.Orphan += n
		case b.Kind == "large":
			c.Large += n
		default:
			c.Small += n
		}
		at += n
	}
}

// live is how much of the cell is live, 0 to 1, and which kind prevails.
func (c cell) live() (share float64, kind string) {
	share = min(float64(c.Small+c.Large+c.Orphan)/float64(c.Size), 1)
	switch {
	case share == 0:
		return 0, "free"
	case c.Orphan > c.Small+c.Large:
		return share, "orphan"
	case c.Large >= c.Small:
		return share, "large"
	}
	return share, "small"
}
