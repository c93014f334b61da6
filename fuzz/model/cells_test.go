package model

import "testing"

const (
	cellUser  = cellMallocTo | cellReallocTo | cellFreeFrom
	cellHeir  = cellUser | cellAttach | cellRecover
	cellPlain = cellMalloc | cellFree | cellStore
	cellKin   = cellKeep | cellReap
)

func cellCan(c uint16) [3]uint16 { return [3]uint16{c, c, c} }

// cellRuns are the configurations that must be free of violations.
func cellRuns() map[string]Cells {
	two, three, pair := [3]uint8{0, 1}, [3]uint8{0, 1, 2}, [3]uint8{0, 0, 1}
	const all = cellHeir | cellPlain | cellReap
	runs := map[string]Cells{
		"two":                                {Lanes: 2, Cells: 1, Blocks: 2, Kills: 2, Slot: two, Same: true, Can: cellCan(cellHeir)},
		"two, two cells":                     {Lanes: 2, Cells: 2, Blocks: 2, Kills: 1, Slot: two, Same: true, Can: cellCan(cellHeir)},
		"two, three blocks":                  {Lanes: 2, Cells: 1, Blocks: 3, Kills: 1, Slot: two, Same: true, Can: cellCan(cellHeir)},
		"two, all":                           {Lanes: 2, Cells: 1, Blocks: 2, Kills: 2, Slot: two, Same: true, Can: cellCan(all | cellKeep)},
		"two, all, large":                    {Lanes: 2, Cells: 1, Blocks: 2, Kills: 1, Large: true, Slot: two, Same: true, Can: cellCan(all)},
		"two, wrap":                          {Lanes: 2, Cells: 1, Blocks: 2, Kills: 1, Wrap: 3, Ops: 4, Slot: two, Same: true, Can: cellCan(cellHeir | cellStore | cellFree)},
		"two goroutines of a process":        {Lanes: 3, Cells: 1, Blocks: 2, Kills: 1, Slot: pair, Can: [3]uint16{cellHeir, cellFreeFrom, cellMallocTo | cellRecover}},
		"two goroutines of a process, large": {Lanes: 3, Cells: 1, Blocks: 2, Kills: 1, Slot: pair, Large: true, Can: [3]uint16{cellHeir, cellUser, cellMallocTo | cellRecover}},
		"three":                              {Lanes: 3, Cells: 1, Blocks: 2, Kills: 1, Slot: three, Can: [3]uint16{cellHeir, cellMallocTo, cellFreeFrom | cellRecover}},
	}
	if *large {
		runs["two, all, three blocks"] = Cells{Lanes: 2, Cells: 1, Blocks: 3, Kills: 2, Slot: two, Same: true, Can: cellCan(all | cellKeep)}
		runs["two goroutines of a process, all"] = Cells{Lanes: 3, Cells: 1, Blocks: 2, Kills: 1, Slot: pair, Can: cellCan(cellHeir)}
		runs["two goroutines of a process, large, all"] = Cells{Lanes: 3, Cells: 1, Blocks: 2, Kills: 1, Slot: pair, Large: true, Can: cellCan(cellHeir)}
		runs["three, all"] = Cells{Lanes: 3, Cells: 1, Blocks: 2, Kills: 1, Slot: three, Same: true, Can: cellCan(cellHeir)}
		runs["two, two cells, two deaths"] = Cells{Lanes: 2, Cells: 2, Blocks: 2, Kills: 2, Slot: two, Same: true, Can: cellCan(cellHeir)}
		runs["three, two deaths"] = Cells{Lanes: 3, Cells: 1, Blocks: 2, Kills: 2, Slot: three, Same: true, Can: cellCan(cellHeir)}
		runs["two, wrap, four operations"] = Cells{Lanes: 2, Cells: 1, Blocks: 2, Kills: 1, Wrap: 3, Ops: 5, Slot: two, Same: true, Can: cellCan(cellHeir | cellPlain)}
	}
	return runs
}

func TestCells(t *testing.T) {
	used, sum := make([]bool, len(cellMarks)), Result{}
	for name, m := range cellRuns() {
		t.Run(name, func(t *testing.T) {
			sum.add(all(t, m), used)
			fine[m] = true
		})
	}
	sum.tell(t, used, cellMarks[:])
}

// cellBug is a configuration in which the bug shows.
func cellBug(b CellBug) Cells {
	m := cellRuns()["two"]
	switch b {
	case MarkAlone:
		m = cellRuns()["two, all"]
	case PlaceAlone:
		m = cellRuns()["two, all, large"]
	case OnePass:
		m = cellRuns()["two goroutines of a process, large"]
	case TagsAsTheyAre:
		m = cellRuns()["two, wrap"]
	}
	m.Bug = b
	return m
}

// TestCellBugs holds that the model sees each planted bug, and nothing where
// there is none.
func TestCellBugs(t *testing.T) {
	for b := CellBug(1); b < cellBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := cellBug(b)
			seenIn(t, m)
			m.Bug = NoCellBug
			fine.once(t, m, func() { all(t, m) })
		})
	}
}

// TestCellStalled shows what is left of sequences that wrap round: who is stopped
// between its look at a cell and the compare-and-swap, while one lane does so many
// operations that the same block stands there with the same tag, overwrites a tag
// whose lane does not learn of it.
func TestCellStalled(t *testing.T) {
	if !*large {
		t.Skip("only with -model.large")
	}
	m := Cells{Lanes: 2, Cells: 1, Blocks: 2, Kills: 1, Wrap: 2, Ops: 5, Slot: [3]uint8{0, 1}, Same: true, Can: cellCan(cellHeir | cellPlain), Stalled: true}
	t.Log(seenIn(t, m))
}
