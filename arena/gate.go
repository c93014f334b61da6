package arena

import (
	"sync"
	"sync/atomic"
)

// shut is far below any number of calls in progress.
const shut = -1 << 62

// gate counts the calls that are inside the mapping, so that Close can wait for
// them. The zero gate is not usable; see init. Entering twice is fine: a call
// that is inside may make another one, which is refused once Close has begun, so
// nobody waits for himself.
type gate struct {
	inside  atomic.Int64 // calls in progress; below zero after refuse
	emptied chan struct{}
	once    sync.Once
}

func (g *gate) init() { g.emptied = make(chan struct{}, 1) }

// enter is false when the arena is closed.
func (g *gate) enter() bool {
	if g.inside.Add(1) > 0 {
		return true
	}
	g.leave()
	return false
}

func (g *gate) leave() {
	if g.inside.Add(-1) == shut {
		select {
		case g.emptied <- struct{}{}:
		default: // a late refusal; Close was told before
		}
	}
}

// refuse refuses new calls.
func (g *gate) refuse() {
	g.once.Do(func() {
		if g.inside.Add(shut) == shut {
			select {
			case g.emptied <- struct{}{}:
			default:
			}
		}
	})
}

// close refuses new calls and waits for those in progress. It is called once.
func (g *gate) close() {
	g.refuse()
	<-g.emptied
}

func (g *gate) closed() bool { return g.inside.Load() < 0 }
