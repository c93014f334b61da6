package model

// work is what a user does in the arena: it takes things, from the dead too, and
// gives them back; it has an operation open in its span.
func (m *Attach) work(fresh func() *attStep) {
	f := fresh()
	p := f.self()
	u := p.user()
	for w := range things {
		n := fresh()
		switch at := n.Thing[w]; {
		case at == u && (w != thSpan || !n.Loose):
			if w == thSpan && n.Slot[p.Slot-1].Lane {
				break
			}
			if w == thSpan {
				n.Loose = true
			} else {
				n.Thing[w] = owner{}
			}
			n.self().Has[w] = owner{}
			n.done(aWork, idle)
		case at == owner{} || w == thSpan && n.Loose:
			n.have(w)
			n.done(aWork, idle)
		case w == thObject && n.gone(at):
			n.me().What, n.me().Seen = w, at
			n.done(aWork, aiTake)
		case w == thRegion && n.Slot[at.Slot-1].Byte == 0: // with the byte, as recovery has it
			n.me().What, n.me().Seen, n.me().Slot = w, at, at.Slot-1
			if m.Bug != TakeUnclaimed {
				n.Slot[at.Slot-1].Byte = n.proc() + 1 | byProbe
				n.self().Claims |= 1 << (at.Slot - 1)
			}
			n.done(aTakeLook, aiTake)
		}
	}
	if n := fresh(); p.Has[thSpan] == u {
		l := &n.Slot[p.Slot-1].Lane
		*l = !*l
		n.done(aWork, idle)
	}
}

// have gives the user a thing.
func (n *attStep) have(w uint8) {
	n.Thing[w] = n.self().user()
	if w == thSpan {
		n.Loose = false
	}
	n.self().Has[w] = n.self().user()
}
