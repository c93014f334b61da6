package robust

import (
	"sync"
	"sync/atomic"

	"usarena/internal/region"
)

// Lanes hands out a user's intent lanes to the goroutines of its process. The
// first one is that of semaphores; if there are more, cells take the others.
type Lanes struct {
	first int // number of the user's first lane
	mu    []sync.Mutex
	next  atomic.Uint32
}

// NewLanes are the lanes of the user in slot.
func NewLanes(g *region.Region, slot int) *Lanes {
	return &Lanes{first: firstLane(g, slot), mu: make([]sync.Mutex, g.Geo.Lanes)}
}

// firstLane is the number of a slot's first lane.
func firstLane(g *region.Region, slot int) int { return (slot - 1) * int(g.Geo.Lanes) }

// First takes the lane of semaphores.
func (l *Lanes) First() int {
	l.mu[0].Lock()
	return l.first
}

// Any takes a lane for an operation on a cell. It waits only for goroutines of
// this process.
func (l *Lanes) Any() int {
	if len(l.mu) == 1 {
		return l.First()
	}
	n := len(l.mu) - 1
	at := int(l.next.Add(1) % uint32(n))
	for k := range n {
		if i := (at+k)%n + 1; l.mu[i].TryLock() {
			return l.first + i
		}
	}
	l.mu[at+1].Lock()
	return l.first + at + 1
}

// Put gives a lane back, its operation over.
func (l *Lanes) Put(id int) { l.mu[id-l.first].Unlock() }
