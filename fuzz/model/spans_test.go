package model

import "testing"

func TestTmp(t *testing.T) {
	own := canMalloc|canFree|canDisown|canNew
	for _, m := range []Spans{
		{Procs: 2, Pages: 2, Blocks: 1, Kills: 1, Fouls: 0, Can: [3]uint16{canAll, canAll}},
		{Procs: 2, Pages: 2, Blocks: 1, Kills: 2, Fouls: 0, Can: [3]uint16{canAll&^canRecover, canRecover|canAdopt|canFree|canDisown}},
		{Procs: 3, Pages: 1, Blocks: 2, Kills: 0, Fouls: 0, Can: [3]uint16{own|canCollect, canFree, canAdopt|canDisown|canRecover}},
		{Procs: 3, Pages: 1, Blocks: 2, Kills: 1, Fouls: 0, Can: [3]uint16{own, canFree, canDisown|canRecover}},
		{Procs: 3, Pages: 1, Blocks: 1, Kills: 1, Fouls: 1, Can: [3]uint16{own, canFree|canFoul, canAdopt|canDisown|canRecover}},
		{Procs: 3, Pages: 1, Blocks: 1, Kills: 2, Fouls: 0, Can: [3]uint16{own, canFree, canRecover|canAdopt|canDisown}},
	} {
		r := Explore(m, 4e6); t.Log(len(r.Path), r.States, r.Steps, r.Depth, r.Wrong)
	}
}
func TestTmpBugs(t *testing.T) {
	for b := SpanBug(1); b < spanBugs; b++ {
		m := Spans{Procs: 2, Pages: 1, Blocks: 1, Kills: 2, Fouls: 1, Adopts: 3, Can: [3]uint16{canAll, canAll,canAll}, Bug: b}
		if b==RecoverWithoutClaim { m.Procs=3; m.Fouls=0 }
		if m.counts() { m.Fouls=0;m.Kills=0 }
		r := Explore(m, 4e6); t.Log(b, len(r.Path), r.States, r.Steps, r.Depth, r.Wrong)
	}
}
