package trace_test

import (
	"bytes"
	"errors"
	"testing"

	"usarena/internal/trace"
)

// FuzzRead reads arbitrary bytes. What is accepted must hold what the package
// comment promises, counted here by a second, simpler model.
func FuzzRead(f *testing.F) {
	f.Add([]byte("130\n3\n7\n1\na 0 100\nm 1 64 30\nr 0 10\nr 1 0\nf 1\nf 0\na 0 0\n"))
	f.Add([]byte("1\n1\n1\n1\nf 0\n"))
	f.Add([]byte("1\n1\n1\n1\nr 0 5"))
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tr, err := trace.Read(bytes.NewReader(data), "fuzz")
		if err != nil {
			if !errors.Is(err, trace.ErrFormat) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		sizes := map[uint32]uint64{}
		live, peak := uint64(0), uint64(0)
		for i, op := range tr.Ops {
			size, held := sizes[op.ID]
			live -= size
			delete(sizes, op.ID)
			switch {
			case int(op.ID) >= tr.IDs:
				t.Fatalf("operation %d: id %d of %d", i, op.ID, tr.IDs)
			case op.Kind == trace.Malloc || op.Kind == trace.Memalign:
				if held {
					t.Fatalf("operation %d: id %d is allocated twice", i, op.ID)
				}
				sizes[op.ID] = op.Size
			case op.Kind == trace.Realloc && (op.Size > 0 || !held):
				sizes[op.ID] = op.Size
			}
			live += sizes[op.ID]
			peak = max(peak, live)
		}
		if tr.Peak != peak || tr.Left != len(sizes) {
			t.Fatalf("peak %d left %d, counted %d and %d", tr.Peak, tr.Left, peak, len(sizes))
		}
	})
}
