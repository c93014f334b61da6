package model

import "fmt"

// What is wrong, by spanState.Bad.
var spanWrongs = [...]string{"",
	"a block is given out twice",
	"a good free is refused",
	"a free of a block that nobody holds is accepted",
	"a new block is born an orphan",
	"recovery marks a block that is not the dead user's",
	"recovery frees a block that is not the dead user's",
	"a recovery is done, and a block of the dead in an unmixed span is neither orphan nor free",
}

// Wrong holds the protocol to its promises.
func (m Spans) Wrong(s spanState) string {
	if s.Bad != 0 {
		return spanWrongs[s.Bad]
	}
	rest := s.Kills == m.Kills
	for _, p := range s.Proc[:m.Procs] {
		rest = rest && p.PC == idle
	}
	for _, g := range s.Page[:m.Pages] {
		live := uint8(0)
		if g.W.span() {
			live = g.A &^ g.R
		}
		if live != g.Held {
			return "the bits say that other blocks are live than are held"
		}
		if !g.W.span() || g.W&wOwned != 0 && s.gone(g.W.slot()) {
			continue
		}
		if g.O&live != g.Left {
			return "the O bits name other blocks than the dead have left"
		}
		if g.O&live != 0 && g.W&wOrph == 0 {
			return "a span with orphans does not say so"
		}
		if rest && g.W.free() && live == 0 {
			return "everybody rests, nobody died, and an empty span has no owner"
		}
	}
	return ""
}

// Clean is all pages free and nobody at work.
func (m Spans) Clean(s spanState) bool {
	for _, p := range s.Proc[:m.Procs] {
		if p.PC != idle {
			return false
		}
	}
	for _, g := range s.Page[:m.Pages] {
		if g.W != 0 || g.Lock != 0 {
			return false
		}
	}
	return true
}

// String is one line for people.
func (s spanState) String() string {
	t := ""
	for _, g := range s.Page {
		kind := [...]string{"free", "pending", "span"}[g.W.kind()]
		if g.W&wOwned != 0 {
			kind = fmt.Sprintf("span of %d.%d#%d", g.W.slot(), g.W>>6&3, g.W.seq())
		} else if g.W.span() {
			kind = fmt.Sprintf("disowned by %d.%d#%d", g.W.slot(), g.W>>6&3, g.W.seq())
		}
		if g.W&wMixed != 0 {
			kind += " mixed"
		}
		if g.W&wOrph != 0 {
			kind += " orphaned"
		}
		t += fmt.Sprintf("[%s A=%b R=%b O=%b held=%b by=%b] ", kind, g.A, g.R, g.O, g.Held, g.By[:3])
	}
	return t
}
