package errors_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
	"usarena/internal/worker"
)

const hostKind = "errors-host"

func init() { worker.Register(hostKind, host) }

// order is what a host is to do.
type order struct {
	Disk  string // a key of disks
	Dir   string // where to have it
	Fills int
	Seed  uint64
}

// outcome is what it tells.
type outcome struct {
	Skip  string // why nothing was done
	Full  int    // times that the disk was full
	Users int    // times that a process was told so
	Kept  int    // blocks that were read again
	Made  int    // arenas that could not be made for lack of space
}

// host has a disk that only it and its children see, and that goes when they
// do, however they end. It fills it again and again.
func host(side *worker.Side) error {
	var o order
	if err := side.Spec(&o); err != nil {
		return err
	}
	side.Follow()
	d := disks[o.Disk]
	if err := d.mount(o.Dir, d.mib); err != nil {
		return side.Tell(outcome{Skip: err.Error()})
	}
	h := &filling{dir: o.Dir, size: uint64(d.mib) << 20, rnd: rand.New(rand.NewPCG(o.Seed, 5))}
	defer h.end()
	if err := h.begin(); err != nil {
		return err
	}
	for h.Full < o.Fills {
		if err := h.round(); err != nil {
			return fmt.Errorf("seed %d, after %d fills: %w", o.Seed, h.Full, err)
		}
	}
	return side.Tell(h.outcome)
}

// filling is a host's work.
type filling struct {
	outcome
	dir     string
	size    uint64
	rnd     *rand.Rand
	fillers []*worker.Proc
}

func (h *filling) begin() error {
	for range 3 {
		p, err := worker.Start(context.Background(), fillerKind, nil)
		if err != nil {
			return err
		}
		h.fillers = append(h.fillers, p)
	}
	return nil
}

func (h *filling) end() {
	for _, p := range h.fillers {
		p.Kill()
	}
}

// all lets every filler do the same at the same time and sums up.
func (h *filling) all(w work) (sum done, err error) {
	for i, p := range h.fillers {
		w.Seed = h.rnd.Uint64() + uint64(i)
		if err := p.Tell(w); err != nil {
			return sum, err
		}
	}
	for _, p := range h.fillers {
		var d done
		if err := p.Hear(&d); err != nil {
			return sum, err
		}
		sum.New += d.New
		sum.Kept += d.Kept
	}
	return sum, nil
}

func (h *filling) free() (uint64, error) {
	var st unix.Statfs_t
	err := unix.Statfs(h.dir, &st)
	return st.Bavail * uint64(st.Bsize), err
}

// round makes an arena beside other files, lets it grow until nothing is left,
// makes space, lets it grow again, and takes everything away.
func (h *filling) round() error {
	name, ballast := filepath.Join(h.dir, "arena"), filepath.Join(h.dir, "ballast")
	before, err := h.free()
	if err != nil {
		return err
	}
	room := before / 4 * h.rnd.Uint64N(4)
	if err := reserve(ballast, room); err != nil {
		return err
	}
	a, err := arena.Create(name, &config.Config{MaxSize: config.Size(4 * h.size)})
	if err != nil {
		return err
	}
	defer a.Close()
	got, err := h.all(work{What: "fill", Name: name})
	if err != nil {
		return err
	}
	h.Full++
	h.Users += len(h.fillers)
	if err := h.noRoom(); err != nil {
		return err
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}
	more, err := h.all(work{What: "fill", Name: name})
	if err != nil {
		return err
	}
	h.Full++
	h.Users += len(h.fillers)
	if got.New+more.New == 0 || room >= h.size/4 && more.New == 0 {
		return fmt.Errorf("with %d bytes beside it the arena took %d blocks, and %d when those had gone", room, got.New, more.New)
	}
	last, err := h.all(work{What: "end", Name: name})
	if err != nil {
		return err
	}
	h.Kept += last.Kept
	if last.Kept != got.New+more.New {
		return fmt.Errorf("%d blocks of %d were read again", last.Kept, got.New+more.New)
	}
	if _, err := a.Malloc(100_000); err != nil { // half of all was freed
		return fmt.Errorf("after half was freed: %w", err)
	}
	if err := a.Close(); err != nil {
		return err
	}
	if r, err := info.Check(name); err != nil || !r.Clean {
		return fmt.Errorf("not sound: %+v, %w", r.Findings, err)
	}
	if err := arena.Remove(name); err != nil {
		return err
	}
	return h.nothingLeft()
}

// noRoom tries to make another arena on the full disk: it may just fit.
func (h *filling) noRoom() error {
	b, err := arena.Create(filepath.Join(h.dir, "second"), &config.Config{Size: 256 << 10})
	if err == nil {
		return errors.Join(b.Close(), arena.Remove(b.Name()))
	}
	if !errors.Is(err, arena.ErrNoSpace) || !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("a second arena: %w", err)
	}
	h.Made++
	return nil
}

func (h *filling) nothingLeft() error {
	left, err := os.ReadDir(h.dir)
	for _, e := range left {
		if e.Name() != "lost+found" {
			err = errors.Join(err, fmt.Errorf("%s is left", e.Name()))
		}
	}
	return err
}

// reserve makes a file of n bytes.
func reserve(name string, n uint64) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if n == 0 {
		return nil
	}
	return unix.Fallocate(int(f.Fd()), 0, 0, int64(n))
}
