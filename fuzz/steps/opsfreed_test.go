//go:build linux && amd64

package steps

import (
	"fmt"
	"slices"

	"usarena/arena"
)

// freedOps are some operations in arenas where recovery frees what the dead had.
func freedOps() (list []*operation) {
	for _, op := range slices.Concat(smallOps(), largeOps(), lifeOps()) {
		x := *op
		switch op.name {
		case "malloc, adopt", "free, empties a disowned span":
			x.kind = tinyFreed
		case "malloc, collect", "malloc, disown", "other's free", "large malloc", "other's large free", "detach":
			x.kind = heapFreed
		default:
			continue
		}
		x.name += ", reclaimed"
		x.stop, x.long = false, true
		list = append(list, &x)
	}
	return list
}

// reclaimed is accounts in an arena where recovery frees what the dead had. Of
// the hand's blocks none is left, but in spans that the survivor owns, which frees
// them when it looks at these; here it never does, and dies. The survivor's live
// as long as it does. What others left before stays.
func (s *scene) reclaimed(now map[arena.Offset]uint64, alive bool) error {
	theirs, mine := map[arena.Offset]bool{}, map[arena.Offset]bool{}
	for _, off := range s.others {
		theirs[off] = true
	}
	for _, off := range s.hands {
		mine[off] = true
	}
	for off := range s.before {
		_, there := now[off]
		may := slices.Contains(s.aim.Frees, off)
		switch {
		case mine[off] && there && !alive && !s.op.leaves:
			return fmt.Errorf("the hand's block at %#x was not freed", off)
		case theirs[off] && there != alive && !may:
			return fmt.Errorf("the survivor's block at %#x is allocated: %v (alive: %v)", off, there, alive)
		case !mine[off] && !theirs[off] && !there && !may:
			return fmt.Errorf("the block at %#x, which belongs to nobody, is gone", off)
		}
	}
	added := 0
	for off := range now {
		if _, old := s.before[off]; !old {
			added++
		}
	}
	if added > s.aim.Adds || added > 0 && !alive {
		return fmt.Errorf("%d new blocks, of %d (alive: %v)", added, s.aim.Adds, alive)
	}
	return nil
}
