package ops_test

import (
	"errors"
	"fmt"

	"usarena/alloc"
	"usarena/arena"
	"usarena/internal/worker"
)

// request is what the parent asks of a worker.
type request struct {
	Do                  string
	Name                string // join
	Off, N, Size, Align uint64
	Old, New            uint64 // CasInfo

	Wrote, Seed uint64 // so many bytes of the block at Off carry the pattern of Seed
	Kept        uint64 // of these, the ones that must be there afterwards
	Fill        uint64 // seed of the pattern to write
	Zeroed      bool   // what is not kept must be zero, and only the bytes asked for are filled
}

// answer is what came of it.
type answer struct {
	Off, Size, Info uint64
	OK              bool
	Err, Text       string // kind and text of an error
	Bad             string // memory that was not as it must be
}

// kinds are the errors that the parent tells apart.
var kinds = []struct {
	name string
	err  error
}{
	{"NotAllocated", arena.ErrNotAllocated}, {"DoubleFree", arena.ErrDoubleFree}, {"NoSpace", arena.ErrNoSpace},
	{"Invalid", arena.ErrInvalid}, {"Corrupt", arena.ErrCorrupt}, {"OutsideWindow", arena.ErrOutsideWindow},
}

// work serves requests until the parent goes away.
func work(s *worker.Side) error {
	s.Follow()
	var a *arena.Arena
	for {
		var q request
		if err := s.Hear(&q); err != nil {
			return err
		}
		r, err := serve(&a, &q)
		if err != nil {
			r.Err, r.Text = "other", err.Error()
			for _, k := range kinds {
				if errors.Is(err, k.err) {
					r.Err = k.name
					break
				}
			}
		}
		if err := s.Tell(r); err != nil {
			return err
		}
	}
}

func serve(at **arena.Arena, q *request) (r answer, err error) {
	a := *at
	switch q.Do {
	case "join":
		*at, err = arena.Join(q.Name)
	case "close":
		if a != nil {
			err, *at = a.Close(), nil
		}
	case "malloc":
		r.Off, err = a.Malloc(q.N)
	case "calloc":
		r.Off, err = a.Calloc(q.N, q.Size)
	case "memalign":
		r.Off, err = a.Memalign(q.Align, q.N)
	case "realloc":
		r.Off, err = a.Realloc(q.Off, q.N)
	case "recalloc":
		r.Off, err = a.Recalloc(q.Off, q.N, q.Size)
	case "free":
		err = a.Free(q.Off)
	case "size":
		r.Size, err = a.BlockSize(q.Off)
	case "verify":
		r.Size, err = a.BlockSize(q.Off)
		if err == nil && r.Size >= q.Wrote {
			b := a.Bytes(q.Off, r.Size)
			if r.Bad = same(b[:q.Wrote], q.Wrote, q.Seed); r.Bad == "" && q.Zeroed {
				r.Bad = zero(b[q.Wrote:], q.Wrote)
			}
		}
	case "debug":
		err = a.Mallopt(alloc.Debug, int(q.N))
	case "mallinfo":
		m := a.Mallinfo()
		r.Size = uint64(m.Usmblks + m.Uordblks)
	case "put":
		a.PutInfo(q.New)
	case "cas":
		r.OK = a.CasInfo(q.Old, q.New)
	case "get":
		r.Info = a.GetInfo()
	default:
		err = fmt.Errorf("worker does not know %q", q.Do)
	}
	if err == nil && r.Off != 0 {
		r.Size, r.Bad, err = receive(a, r.Off, q)
	}
	return r, err
}

// receive looks at a block that has just been given out or moved, and writes
// the new pattern into it.
func receive(a *arena.Arena, off uint64, q *request) (size uint64, bad string, err error) {
	if size, err = a.BlockSize(off); err != nil {
		return size, "a block that was just given out: " + err.Error(), nil
	}
	b := a.Bytes(off, size)
	if q.Kept > 0 {
		bad = same(b[:min(q.Kept, size)], q.Wrote, q.Seed)
	}
	if q.Zeroed {
		if bad == "" {
			bad = zero(b[min(q.Kept, size):], q.Kept)
		}
		b = b[:min(q.N*max(q.Size, 1), size)]
	}
	fill(b, q.Fill)
	return size, bad, nil
}
