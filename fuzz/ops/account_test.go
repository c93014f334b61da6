package ops_test

import "pgregory.net/rapid"

// wrong frees, resizes or asks about what is no live block. It must be refused
// and change nothing.
func (r *run) wrong() {
	off, what := r.notABlock()
	if off == 0 {
		return
	}
	s := &step{who: r.workerOf(), q: &request{Do: rapid.SampledFrom([]string{"free", "free", "realloc", "recalloc", "size"}).Draw(r.t, "do"), Off: off}}
	s.q.N, s.q.Size = rapid.Uint64Range(0, 5000).Draw(r.t, "n"), 1
	a, err := r.c.ask(s.who, s.q)
	r.note("%v (%s) → %v", s, what, &a)
	switch {
	case err != nil:
		r.fail("%v", err)
	case a.Err != "NotAllocated" && a.Err != "DoubleFree":
		r.fail("%v, where no block begins (%s), gives %v %s", s, what, &a, a.Text)
	}
	r.walk()
	r.verify()
}

// rootOp uses the first datum.
func (r *run) rootOp() {
	i, v := r.workerOf(), rapid.Uint64Range(0, 3).Draw(r.t, "new")
	if rapid.Bool().Draw(r.t, "put") {
		r.note("%d: PutInfo %d", i, v)
		r.must(i, &request{Do: "put", New: v})
		r.m.root = v
	} else {
		old := rapid.Uint64Range(0, 3).Draw(r.t, "old")
		ok := r.must(i, &request{Do: "cas", Old: old, New: v}).OK
		r.note("%d: CasInfo %d %d → %v", i, old, v, ok)
		if ok != (old == r.m.root) {
			r.fail("CasInfo(%d, %d) gives %v, the datum was %d", old, v, ok, r.m.root)
		}
		if ok {
			r.m.root = v
		}
	}
	for i := range workers {
		if got := r.must(i, &request{Do: "get"}).Info; got != r.m.root {
			r.fail("worker %d reads the datum %d, it is %d", i, got, r.m.root)
		}
	}
}

// walk holds the walk against the model.
func (r *run) walk() {
	if err := r.m.compare(r.watch.Blocks()); err != nil {
		r.fail("%v", err)
	}
}

// verify lets every block be read by another worker than the one who wrote it.
func (r *run) verify() {
	work, blocks := map[int][]*request{}, map[int][]*block{}
	for n, b := range r.m.list {
		i := (b.by + 1 + n%(workers-1)) % workers
		work[i] = append(work[i], &request{Do: "verify", Off: b.off, Wrote: b.wrote, Seed: b.seed, Zeroed: b.zeroed})
		blocks[i] = append(blocks[i], b)
	}
	all, err := r.c.askAll(work)
	if err != nil {
		r.fail("%v", err)
	}
	for i, list := range all {
		for n, a := range list {
			if b := blocks[i][n]; a.Err != "" || a.Bad != "" || a.Size != b.size {
				r.fail("block %v of worker %d, read by %d: %d bytes, %s %s", b, b.by, i, a.Size, a.Text, a.Bad)
			}
		}
	}
}

// account counts everything while everybody is attached.
func (r *run) account() {
	r.note("walk, check")
	r.walk()
	r.clean()
	live := r.m.bytes()
	if st := r.watch.Stats(); st.LiveBytes != live {
		r.fail("Stats counts %d live bytes, the blocks have %d", st.LiveBytes, live)
	}
	if got := r.must(0, &request{Do: "mallinfo"}).Size; got != live {
		r.fail("Mallinfo counts %d live bytes, the blocks have %d", got, live)
	}
}

func (r *run) clean() {
	if rep := r.watch.Check(); !rep.Clean {
		r.fail("check: %d findings, the first: %+v", len(rep.Findings), rep.Findings[0])
	}
}

// finish verifies everything, frees everything, lets everybody leave, and wants
// the arena back in one piece.
func (r *run) finish() {
	r.note("the end")
	r.verify()
	r.account()
	var steps []*step
	for n, b := range r.m.list {
		steps = append(steps, &step{who: n % workers, q: &request{Do: "free", Off: b.off}, old: b})
	}
	r.play(steps)
	r.walk()
	for i := range workers {
		r.must(i, &request{Do: "close"})
	}
	r.clean()
	st := r.watch.Stats()
	if st.LiveBytes != 0 || len(st.Classes) != 0 || st.LargestFree != st.FreeBytes {
		r.fail("all is freed and all have left: %d bytes live, %d free, longest stretch %d, classes %+v", st.LiveBytes, st.FreeBytes, st.LargestFree, st.Classes)
	}
	r.must(0, &request{Do: "join", Name: r.name})
	whole := r.must(0, &request{Do: "malloc", N: st.FreeBytes})
	if whole.Off != r.dataOff || whole.Size != st.FreeBytes {
		r.fail("all %d free bytes asked for, given %v", st.FreeBytes, &whole)
	}
	r.must(0, &request{Do: "free", Off: whole.Off})
	r.must(0, &request{Do: "close"})
	r.clean()
}
