//go:build linux && amd64

package steps

import (
	"bytes"
	"fmt"
	"slices"

	"usarena/arena"
	"usarena/info"
)

// accounts compares what is allocated with what must and may be. end says that
// the operation has been done to its end.
func (s *scene) accounts(now map[arena.Offset]uint64, end bool) error {
	goes := map[arena.Offset]bool{}
	for _, off := range s.aim.Frees {
		goes[off] = true
	}
	freed, resized := 0, false
	for off, size := range s.before {
		got, ok := now[off]
		switch {
		case !ok && goes[off]:
			freed++
		case !ok:
			return fmt.Errorf("the block of %d bytes at %#x is gone", size, off)
		case got != size && off == s.aim.Resizes:
			resized = true
		case got != size:
			return fmt.Errorf("the block at %#x has %d bytes, it had %d", off, got, size)
		}
	}
	added := 0
	for off, size := range now {
		if _, ok := s.before[off]; ok {
			continue
		}
		if added++; added > s.aim.Adds {
			return fmt.Errorf("a block of %d bytes at %#x that nobody has allocated", size, off)
		}
	}
	if s.aim.Moves > 0 && freed > 0 && added == 0 {
		return fmt.Errorf("the block at %#x is gone and no other in its place", s.aim.Frees[0])
	}
	if !end {
		return nil
	}
	if inPlace := s.aim.Moves > 0 && added == 0 && freed == 0; inPlace {
		return nil
	}
	if freed != len(s.aim.Frees) || added != s.aim.Adds {
		return fmt.Errorf("%d of %d blocks freed, %d of %d allocated, resized: %v", freed, len(s.aim.Frees), added, s.aim.Adds, resized)
	}
	return nil
}

// cellAccounts is accounts for an operation on a cell after recovery: whatever
// died when, and whoever changed the cell since, the block that it led to is
// gone and the one that it leads to is there, unless they are the same.
func (s *scene) cellAccounts(now map[arena.Offset]uint64, leads arena.Offset) error {
	if s.aim.Cell == 0 {
		return nil
	}
	must := map[arena.Offset]bool{}
	for off := range s.before {
		must[off] = off != s.aim.Was
	}
	if leads != 0 {
		must[leads] = true
	}
	for off, is := range must {
		if _, ok := now[off]; ok != is {
			return fmt.Errorf("the cell led to %#x and leads to %#x; the block at %#x is allocated: %v", s.aim.Was, leads, off, ok)
		}
	}
	for off := range now {
		if !must[off] {
			return fmt.Errorf("the cell led to %#x and leads to %#x; the block at %#x is allocated as well", s.aim.Was, leads, off)
		}
	}
	return nil
}

// owners looks whose the blocks are: the hand's are orphans; the survivor's are
// its own as long as it lives, and orphans afterwards. Orphans stay what they are
// until somebody keeps them.
func (s *scene) owners(name string, alive, end bool) error {
	mine, others := map[arena.Offset]bool{}, map[arena.Offset]bool{}
	for _, off := range s.hands {
		mine[off] = true
	}
	for _, off := range s.others {
		others[off] = true
	}
	for _, off := range s.aim.Frees { // may be gone, and come again
		delete(mine, off)
		delete(others, off)
	}
	for b, err := range info.Walk(name) {
		switch {
		case err != nil:
			return err
		case mine[b.Offset] && (!b.Orphan || b.Slot != s.slot) && !s.op.leaves:
			return fmt.Errorf("the block at %#x was the hand's, in slot %d: %+v", b.Offset, s.slot, b)
		case others[b.Offset] && (b.Orphan == alive || b.Slot != s.slots[0]):
			return fmt.Errorf("the block at %#x was the survivor's, in slot %d (alive: %v): %+v", b.Offset, s.slots[0], alive, b)
		case b.Offset == s.aim.Keeps && end && b.Orphan:
			return fmt.Errorf("the block at %#x was kept: %+v", b.Offset, b)
		case s.orphans[b.Offset] && !b.Orphan && b.Offset != s.aim.Keeps && !slices.Contains(s.aim.Frees, b.Offset):
			return fmt.Errorf("the block at %#x was an orphan: %+v", b.Offset, b)
		}
	}
	return nil
}

// contents compares what is in blocks with what was in them at first; a block
// that has moved is compared with where it was.
func (s *scene) contents(a *arena.Arena, now map[arena.Offset]uint64) error {
	for off, size := range now {
		if off == s.aim.Cell {
			continue
		}
		was, old := s.before[off], off
		if _, ok := s.before[off]; !ok {
			if s.aim.Moves == 0 {
				continue // its content is undefined
			}
			if old = s.aim.Frees[0]; now[old] != 0 {
				continue // still there, and the new one perhaps not complete
			}
			was = min(s.before[old], s.aim.Moves)
		}
		n := min(was, size)
		if !bytes.Equal(a.Bytes(off, n), s.first.content(old, n)) {
			return fmt.Errorf("the block of %d bytes at %#x has another content", size, off)
		}
	}
	return nil
}
