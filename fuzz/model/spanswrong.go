package model

import "fmt"

// What is wrong, by spanState.Bad.
var spanWrongs = [...]string{"",
	"a block is given out twice",
	"a good free is refused",
	"a free of a block that nobody holds is accepted",
	"a new block is born with a user or a mark",
	5: "",
	6: "recovery frees a block that is not the dead user's",
	9: "an owner has no entry",
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
		for b := range uint8(m.Blocks) {
			if wrong := s.wrongUser(&g, b, live); wrong != "" {
				return wrong
			}
		}
		if rest && g.W.free() && live == 0 && g.W&wTagged != 0 {
			return "everybody rests, nobody died, and an empty span has no owner"
		}
	}
	return ""
}

// wrongUser compares what the words say of a live block with what an onlooker
// knows.
func (s *spanState) wrongUser(g *spanPage, b, live uint8) string {
	if live>>b&1 == 0 {
		return ""
	}
	u, by := g.recorded(b), g.By[b]
	switch {
	case by == 0 && u&uDead != 0:
		return "a block that is nobody's is told as an orphan"
	case by == 0 && u != 0 && g.K>>b&1 == 0 && !s.buried(u):
		return "a block of a user that has closed is somebody's"
	case by != 0 && u&^uFlags != by:
		return "a block is recorded as another user's"
	case by != 0 && u&uDead != 0 && !s.died(by):
		return "a block is told as an orphan, and its user lives"
	case by != 0 && u&uDead == 0 && s.buried(by):
		return "a recovery is done, and a block of the dead is not told as an orphan"
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
		if g.W&wTagged != 0 {
			kind += fmt.Sprintf(" tagged %v of %v", g.Index, g.Who)
		}
		if g.W&wOrph != 0 {
			kind += " orphaned"
		}
		t += fmt.Sprintf("[%s A=%b R=%b K=%b held=%b by=%v] ", kind, g.A, g.R, g.K, g.Held, g.By)
	}
	for i, p := range s.Proc {
		t += fmt.Sprintf("%d:%d/%d ", i, p.PC, p.Of)
	}
	return t
}

// String names a user as slot and generation.
func (u spanUser) String() string {
	if u == 0 {
		return "-"
	}
	t := fmt.Sprintf("%d.%d", u.slot(), u.gen())
	if u&uDead != 0 {
		t += "†"
	}
	return t
}
