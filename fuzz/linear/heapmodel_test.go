package linear

import "github.com/anishathalye/porcupine"

// unknown is the block that a killed process has put into a cell: somewhere.
const unknown = 1

// publishModel is a cell that blocks are allocated into and freed from.
func publishModel(int) porcupine.Model {
	return modelOf(uint64(0), func(w world[uint64], in input, out output) []uint64 {
		switch in.kind {
		case kGet:
			if w.s == unknown && out.value != 0 {
				return one(out.value, true)
			}
			return one(w.s, out.result == rOpen || out.value == w.s)
		case kMallocTo, kReallocTo:
			switch free := in.kind == kReallocTo || w.s == 0; {
			case out.result == rOK:
				return one(out.value, free)
			case out.result == rNo:
				return one(w.s, in.kind == kReallocTo || w.s != 0)
			case free:
				return []uint64{w.s, unknown}
			}
		case kFreeFrom:
			switch out.result {
			case rOK:
				return one(uint64(0), true)
			case rOpen:
				return []uint64{w.s, 0}
			}
		}
		return one(w.s, true)
	})
}

// heapModel is one block: it is allocated once, and freed once. Each block is a
// history of its own.
func heapModel(int) porcupine.Model {
	m := modelOf(false, func(w world[bool], in input, out output) []bool {
		switch in.kind {
		case kMalloc:
			if out.result == rOpen && !w.s { // this block, or another one, or none
				return []bool{false, true}
			}
			return one(true, out.result == rOpen || !w.s)
		case kFree:
			switch out.result {
			case rOpen:
				return []bool{w.s, false}
			case rNo:
				return one(false, !w.s)
			}
			return one(false, w.s)
		case kLive, kGone:
			return one(w.s, w.s == (in.kind == kLive))
		}
		return one(w.s, true)
	})
	m.Partition = func(all []porcupine.Operation) (parts [][]porcupine.Operation) {
		blocks := map[uint64][]porcupine.Operation{}
		var deaths []porcupine.Operation // and what the dead may have allocated
		for _, o := range all {
			switch in := o.Input.(input); {
			case in.kind == kDie, in.kind == kMalloc && o.Output.(output).result == rOpen:
				deaths = append(deaths, o)
			default:
				blocks[in.value] = append(blocks[in.value], o)
			}
		}
		for _, ops := range blocks {
			parts = append(parts, append(ops, deaths...))
		}
		return parts
	}
	return m
}

var plantedPublications = []planted{
	{"in and out", true, h{word(0, kMallocTo, rOK, 0, 64, 1, 2), word(1, kGet, rOK, 0, 64, 3, 4), word(1, kFreeFrom, rOK, 0, 0, 5, 6), word(0, kGet, rOK, 0, 0, 7, 8)}},
	{"twice into a cell", false, h{word(0, kMallocTo, rOK, 0, 64, 1, 2), word(1, kMallocTo, rOK, 0, 128, 3, 4)}},
	{"refused by an empty cell", false, h{word(0, kMallocTo, rNo, 0, 0, 1, 2)}},
	{"out, and still there", false, h{word(0, kMallocTo, rOK, 0, 64, 1, 2), word(1, kFreeFrom, rOK, 0, 0, 3, 4), word(0, kGet, rOK, 0, 64, 5, 6)}},
	{"a death that has published", true, h{word(0, kMallocTo, rOpen, 0, 0, 1, never), said(0, kDie, rOK, 2, 3), word(1, kGet, rOK, 0, 64, 4, 5)}},
	{"a death that has not", true, h{word(0, kMallocTo, rOpen, 0, 0, 1, never), said(0, kDie, rOK, 2, 3), word(1, kGet, rOK, 0, 0, 4, 5)}},
	{"published after death", false, h{word(0, kMallocTo, rOpen, 0, 0, 1, never), said(0, kDie, rOK, 2, 3), word(1, kGet, rOK, 0, 0, 4, 5), word(1, kGet, rOK, 0, 64, 6, 7)}},
}

var plantedBlocks = []planted{
	{"one after the other", true, h{word(0, kMalloc, rOK, 0, 64, 1, 2), word(1, kFree, rOK, 0, 64, 3, 4), word(1, kMalloc, rOK, 0, 64, 3, 6)}},
	{"of two", false, h{word(0, kMalloc, rOK, 0, 64, 1, 2), word(1, kMalloc, rOK, 0, 64, 3, 4)}},
	{"freed twice", false, h{word(0, kMalloc, rOK, 0, 64, 1, 2), word(1, kFree, rOK, 0, 64, 3, 4), word(0, kFree, rOK, 0, 64, 5, 6)}},
	{"allocated at death, or not", true, h{word(0, kMalloc, rOpen, 0, 0, 1, never), said(0, kDie, rOK, 2, 3), word(1, kLive, rOK, 0, 64, 4, 5)}},
	{"lost", false, h{word(0, kMalloc, rOK, 0, 64, 1, 2), said(0, kDie, rOK, 3, 4), word(1, kGone, rOK, 0, 64, 5, 6)}},
	{"freed at death, or not", true, h{word(0, kMalloc, rOK, 0, 64, 1, 2), word(0, kFree, rOpen, 0, 64, 3, never), said(0, kDie, rOK, 4, 5), word(1, kLive, rOK, 0, 64, 6, 7)}},
}
