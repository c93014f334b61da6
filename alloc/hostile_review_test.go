package alloc_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/alloc"
	"usarena/info"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

func guarded(t testing.TB, n int) []byte {
	b, err := unix.Mmap(-1, 0, n+4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	unix.Mprotect(b[n:], unix.PROT_NONE)
	t.Cleanup(func() { unix.Munmap(b) })
	return b[:n:n]
}

func TestReviewHostile(t *testing.T) {
	secs, _ := strconv.Atoi(os.Getenv("REVIEW_SECS"))
	if secs == 0 {
		secs = 5
	}
	seed0 := uint64(time.Now().UnixNano())
	if s := os.Getenv("REVIEW_SEED"); s != "" {
		seed0, _ = strconv.ParseUint(s, 10, 64)
	}
	end := time.Now().Add(time.Duration(secs) * time.Second)
	rounds := 0
	for seed := seed0; time.Now().Before(end); seed++ {
		fmt.Fprintln(os.Stderr, "") // nothing
		rounds++
		hostileRound(t, seed)
		if os.Getenv("REVIEW_SEED") != "" {
			break
		}
	}
	t.Log(rounds, "rounds")
}

func hostileRound(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 7))
	os.WriteFile("/tmp/review_seed_"+strconv.Itoa(os.Getpid()), []byte(strconv.FormatUint(seed, 10)), 0o600)
	sizes := []int{64 << 10, 300 << 10, 1 << 20, 3 << 20, 6 << 20}
	n := sizes[rnd.IntN(len(sizes))]
	full := guarded(t, n)
	h, err := alloc.Create(full, alloc.Settings{Users: 3})
	if err != nil {
		t.Fatal(err)
	}
	r := h.Region()
	g := r.Geo
	hd := r.Header()
	if rnd.IntN(3) == 0 { // an arena of which only a part is committed
		c := 1 + rnd.Uint64N(g.MaxPages)
		hd.Committed.Store(c)
		hd.Flags &^= layout.FlagNoAutoGrow
		hd.Checksum = hd.Sum()
	}
	heaps := []*alloc.Heap{h}
	cut := uint64(len(full))
	if rnd.IntN(2) == 0 {
		c := min(g.MaxPages, hd.Committed.Load()+rnd.Uint64N(10))
		cut = g.FileSize(c)
		full2 := guarded(t, int(cut))
		copy(full2, full[:cut])
		x, err := alloc.Open(full2)
		if err != nil {
			t.Fatal(err)
		}
		h = x
		r = h.Region()
		hd = r.Header()
		heaps = []*alloc.Heap{h}
		full = full2
	}
	if x, err := alloc.Open(full[:cut]); err == nil {
		heaps = append(heaps, x)
	} else {
		t.Fatal(err)
	}
	// The second user may see less.
	rp := g.RegionPages()
	if rnd.IntN(2) == 0 && r.Window > rp {
		heaps[1].Region().Window = rp * (1 + rnd.Uint64N((r.Window-1)/rp))
	}
	var live []uint64
	act := func(k int) {
		for range k {
			h := heaps[rnd.IntN(len(heaps))]
			switch rnd.IntN(14) {
			case 0, 1, 2:
				if p, err := h.Malloc(size(rnd, g.MaxPages)); err == nil {
					live = append(live, p)
				}
			case 3, 4:
				if p, err := h.Calloc(1+rnd.Uint64N(4), size(rnd, g.MaxPages)/3); err == nil {
					live = append(live, p)
				}
			case 5, 6, 7, 8:
				if len(live) > 0 {
					i := rnd.IntN(len(live))
					h.Free(live[i])
					live[i] = live[len(live)-1]
					live = live[:len(live)-1]
				}
			case 9, 10:
				if len(live) > 0 {
					i := rnd.IntN(len(live))
					if p, err := h.Realloc(live[i], size(rnd, g.MaxPages)+1); err == nil {
						live[i] = p
					}
				}
			case 11:
				if p, err := h.Memalign(16<<rnd.IntN(12), size(rnd, g.MaxPages)); err == nil {
					live = append(live, p)
				}
			case 12:
				switch rnd.IntN(6) {
				case 0:
					h.Trim()
				case 1:
					h.Mallinfo()
				case 2:
					if len(live) > 0 {
						h.Recalloc(live[rnd.IntN(len(live))], 1+rnd.Uint64N(5), size(rnd, g.MaxPages))
					}
				case 3:
					if rnd.IntN(3) == 0 {
						alloc.RecoverUser(h.Region(), 1+rnd.IntN(3), uint16(rnd.IntN(3)), robust.Nobody{}, layout.LockWord(1, 1), rnd.IntN(2) == 0)
					}
				case 4:
					for i := range rnd.IntN(5) {
						h.Free(g.DataOff + rnd.Uint64N(g.MaxPages<<12)&^15 + uint64(i))
					}
				case 5:
					info.CheckRegion(h.Region(), false, robust.Nobody{})
				}
			case 13:
				if len(live) > 0 {
					h.BlockSize(live[rnd.IntN(len(live))])
				}
			}
		}
	}
	act(rnd.IntN(300))
	base := unsafe.Pointer(unsafe.SliceData(full))
	for range 30 {
		for range 1 + rnd.IntN(4) {
			page := rnd.Uint64N(min(r.Window, hd.Committed.Load()+2, g.MaxPages))
			if rnd.IntN(3) == 0 {
				page = min(r.Window, g.MaxPages) - 1 - rnd.Uint64N(min(16, r.Window))
			}
			if rnd.IntN(4) == 0 {
				page = page / rp * rp
			}
			switch rnd.IntN(9) {
			case 0, 1, 2, 3:
				r.State(page).Store(uint64(crafted(rnd, page, &g, r.Load(page))))
			case 4:
				r.State(page).Store(r.State(page).Load() ^ 1<<rnd.IntN(64))
			case 5:
				b := (*[16]uint64)(unsafe.Pointer(r.Bits(page)))
				b[rnd.IntN(16)] = [...]uint64{0, ^uint64(0), rnd.Uint64()}[rnd.IntN(3)]
			case 6:
				l := (*[32]uint32)(unsafe.Pointer(r.Lock(rnd.Uint64N(g.Regions))))
				i := 1 + rnd.IntN(31)
				l[i] = [...]uint32{0, ^uint32(0), rnd.Uint32(), rnd.Uint32N(300)}[rnd.IntN(4)]
			case 7:
				switch rnd.IntN(4) {
				case 0:
					hd.UsedPages.Store(rnd.Int64() - rnd.Int64())
				case 1:
					hd.HighPages.Store(rnd.Uint64())
				case 2:
					hd.Committed.Store(rnd.Uint64() >> rnd.IntN(64))
				case 3:
					hd.Committed.Store(rnd.Uint64N(g.MaxPages + 1))
				}
			case 8:
				at := g.RegionsOff + rnd.Uint64N(g.GuardOff-g.RegionsOff)
				if at < uint64(len(full)) && (at < g.RegionsOff || at >= g.StatesOff) {
					*(*byte)(unsafe.Add(base, at)) = byte(rnd.Uint32())
				}
			}
		}
		act(20)
	}
	done := time.AfterFunc(20*time.Second, func() { panic(fmt.Sprint("hang: seed ", seed)) })
	for _, h := range heaps {
		h.Close()
	}
	done.Stop()
}

func size(r *rand.Rand, max uint64) uint64 {
	switch r.IntN(12) {
	case 0:
		return r.Uint64N(max << 12)
	case 1:
		return r.Uint64N(40000)
	case 2:
		return ^uint64(0) >> r.IntN(64)
	}
	return r.Uint64N(600)
}

func crafted(r *rand.Rand, page uint64, g *layout.Geometry, old layout.State) layout.State {
	n := [...]uint64{0, 1, 2, r.Uint64N(20), g.MaxPages - page, g.MaxPages - page + 1, g.RegionPages(), r.Uint64N(1 << 28), 1<<28 - 1, page, page + 1}[r.IntN(11)]
	slot, gen := r.IntN(4), uint16(r.IntN(3))
	c := [...]int{r.IntN(128), r.IntN(72), 71, 127}[r.IntN(4)]
	switch r.IntN(10) {
	case 0:
		return layout.FreeRun(n)
	case 1:
		return layout.PendingRun(n)
	case 2:
		return layout.LargeRun(n, slot, gen)
	case 3, 4:
		s := layout.OwnedSpan(c, [...]int{r.IntN(4), layout.InHand, r.IntN(1024)}[r.IntN(3)], slot, gen, r.Uint32())
		if r.IntN(2) == 0 {
			s = s.Disowned() | layout.Room
		}
		return s
	case 5:
		return layout.BackTo(n)
	case 6:
		return layout.ContOf(n, [...]uint64{n, 0, 1, g.RegionPages(), r.Uint64N(1 << 28)}[r.IntN(5)])
	case 7: // the same span of another class
		return old&^(127<<6) | layout.State(c)<<6
	case 8:
		return layout.State(r.Uint64())
	}
	return 0
}
