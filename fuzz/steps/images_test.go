//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// row is what is told of an operation.
type row struct {
	op                              *operation
	states, skips                   int
	points, images, kills, findings int
	worst                           time.Duration
	thaws                           int
	took                            time.Duration
}

// TestImages looks at the arena after every instruction of every operation.
func TestImages(t *testing.T) {
	t.Logf("seed %d", *seed)
	p := newPeer(t)
	var rows []*row
	for _, op := range chosen(t) {
		if op.long && testing.Short() {
			continue
		}
		r, began := &row{op: op}, time.Now()
		rows = append(rows, r)
		want, err := capacity(p, op.kind.cfg, op.things, fileName(t))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; r.states < *states && i < 4**states; i++ {
			r.images1(t, p, i, want)
		}
		r.took = time.Since(began)
		if r.states < *states {
			t.Errorf("%s: only %d start states of %d were any", op.name, r.states, *states)
		}
	}
	table(t, rows)
}

// images1 is one start state.
func (r *row) images1(t *testing.T, p *member, i, want int) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b, err := makeBase(p, r.op, i, fileName(t))
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.open(p, fileName(t))
	defer func() {
		if _, err := p.do(order{Do: "leave"}); err != nil {
			t.Error(err)
		}
	}()
	if errors.Is(err, errSkip) {
		r.skips++
		return
	}
	if err != nil {
		t.Fatalf("%s, state %d: %v", r.op.name, i, err)
	}
	defer s.close()
	list, err := s.film(r)
	if err != nil {
		t.Fatalf("%s, state %d: %v", r.op.name, i, err)
	}
	r.states++
	r.images += len(list)
	if s.tr.thawed() {
		r.thaws++
	}
	for k, err := range s.judgeAll(t, list, want) {
		if err != nil {
			r.findings++
			t.Errorf("%s, start state %d of seed %d, after instruction %d of %d: %v", r.op.name, i, *seed, list[k].step, s.tr.steps, err)
		}
	}
}

// film steps through the operation and takes every image that is new. The last
// is that of its end.
func (s *scene) film(r *row) (list []*image, err error) {
	if err := s.hush(true); err != nil {
		return nil, err
	}
	defer s.hush(false)
	w, err := newWatch(s.name, s.op.kind.cfg, nil)
	if err != nil {
		return nil, err
	}
	defer w.close()
	w.fresh()
	if s.first, err = w.take(0); err != nil {
		return nil, err
	}
	list = append(list, s.first)
	for st := stepped; st != marked; {
		if st, err = s.tr.step(); err != nil {
			return nil, err
		}
		if st == ended {
			return nil, fmt.Errorf("the hand ended at instruction %d", s.tr.steps)
		}
		if w.changed() && w.fresh() {
			m, err := w.take(s.tr.steps)
			if err != nil {
				return nil, err
			}
			list = append(list, m)
		}
	}
	r.points += s.tr.steps
	last, err := w.take(s.tr.steps)
	if err != nil {
		return nil, err
	}
	last.end = true
	list = append(list, last)
	if err := s.tr.letGo(false); err != nil {
		return nil, err
	}
	var d done
	if err := s.hand.hear(&d); err != nil {
		return nil, err
	}
	if d.Err != "" {
		return nil, errors.New(d.Err)
	}
	return list, nil
}

// judgeAll judges images on all processors, in random order.
func (s *scene) judgeAll(t *testing.T, list []*image, want int) []error {
	errs := make([]error, len(list))
	work := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for k := range work {
				watchdog := time.AfterFunc(patience, func() {
					fmt.Fprintf(os.Stderr, "watchdog: %s: the image of instruction %d is not judged\n", s.op.name, list[k].step)
					panic("watchdog")
				})
				errs[k] = s.judge(list[k], list[k].end, fileName(t), want)
				watchdog.Stop()
			}
		})
	}
	for _, k := range rand.Perm(len(list)) {
		work <- k
	}
	close(work)
	wg.Wait()
	return errs
}

// newPeer starts a peer for a test.
func newPeer(t *testing.T) *member {
	t.Helper()
	p, err := launch("peer")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.end)
	return p
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
