package torture

import "time"

// laneID names a lane in claims of cells.
func laneID(seat, lane int) uint32 { return uint32(seat*lanes + lane + 1) }

// enter shows that the lane is at work. Whoever wants quiet sees that, or has
// been seen here.
func (h *hand) enter() {
	h.lane.Last.Store(now())
	h.lane.Run.Store(1)
	h.pause()
}

func (h *hand) leave() { h.lane.Run.Store(0) }

// begin notes what the lane is at; its arguments were stored before.
func (h *hand) begin(phase uint32) { h.lane.Phase.Store(phase) }

// end notes that it is done.
func (h *hand) end() {
	h.lane.Phase.Store(idle)
	h.lane.New.Store(0)
	h.lane.Ops.Add(1)
	h.lane.Last.Store(now())
}

// pause waits while the killer wants quiet.
func (h *hand) pause() {
	p := h.l.Pause.Load()
	if p == 0 {
		return
	}
	h.lane.Ack.Store(p)
	for h.l.Pause.Load() == p {
		time.Sleep(100 * time.Microsecond)
	}
	h.lane.Last.Store(now())
}
