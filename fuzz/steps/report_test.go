//go:build linux && amd64

package steps

import (
	"fmt"
	"testing"
	"text/tabwriter"
	"time"
)

// row is what is told of an operation.
type row struct {
	op                     *operation
	states, points, images int
	kills, findings, thaws int
	planned                int // kills
	worst, took            time.Duration
}

func (r *row) add(x *row) {
	r.states += x.states
	r.points += x.points
	r.images += x.images
	r.kills += x.kills
	r.findings += x.findings
	r.thaws += x.thaws
	r.worst = max(r.worst, x.worst)
	r.took += x.took
}

// table tells what was done.
func table(t *testing.T, rows []*row) {
	t.Helper()
	var out tableText
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\toperation\tstates\tinstructions\timages\tkills\tfindings\tworst\ttook\t")
	sum := row{}
	for _, r := range rows {
		fmt.Fprintf(w, "\t%s\t%d\t%d\t%d\t%d\t%d\t%v\t%v\t\n", r.op.name, r.states, r.points, r.images, r.kills, r.findings, r.worst.Round(100*time.Microsecond), r.took.Round(time.Millisecond))
		sum.states += r.states
		sum.points += r.points
		sum.images += r.images
		sum.kills += r.kills
		sum.findings += r.findings
		sum.thaws += r.thaws
		sum.took += r.took
		sum.worst = max(sum.worst, r.worst)
	}
	fmt.Fprintf(w, "\ttogether\t%d\t%d\t%d\t%d\t%d\t%v\t%v\t\n", sum.states, sum.points, sum.images, sum.kills, sum.findings, sum.worst.Round(100*time.Microsecond), sum.took.Round(time.Millisecond))
	w.Flush()
	t.Logf("\n%s", out)
	if sum.thaws > 0 {
		t.Logf("%d times the other threads had to run", sum.thaws)
	}
}

type tableText []byte

func (x *tableText) Write(p []byte) (int, error) { *x = append(*x, p...); return len(p), nil }
