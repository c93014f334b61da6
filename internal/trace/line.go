package trace

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// parseOp reads one operation line.
func parseOp(line []byte) (Op, error) {
	f := bytes.Fields(line)
	if len(f) == 0 {
		return Op{}, errors.New("empty line")
	}
	if len(f[0]) != 1 {
		return Op{}, fmt.Errorf("operation %.20q, want a, m, r or f", f[0])
	}
	op := Op{Kind: Kind(f[0][0])}
	form := map[Kind]string{Malloc: "a ID SIZE", Memalign: "m ID ALIGN SIZE", Realloc: "r ID SIZE", Free: "f ID"}[op.Kind]
	if form == "" {
		return Op{}, fmt.Errorf("operation %q, want a, m, r or f", f[0])
	}
	want := map[Kind]int{Malloc: 2, Memalign: 3, Realloc: 2, Free: 1}[op.Kind]
	if len(f)-1 != want {
		return Op{}, fmt.Errorf("%d numbers after %q, the form is %q", len(f)-1, f[0], form)
	}
	var v [3]uint64
	for i, s := range f[1:] {
		n, ok := number(s)
		if !ok {
			return Op{}, fmt.Errorf("%.20q is no number, the form is %q", s, form)
		}
		v[i] = n
	}
	if v[0] >= MaxOps {
		return Op{}, fmt.Errorf("id %d is not below %d", v[0], MaxOps)
	}
	op.ID = uint32(v[0])
	switch op.Kind {
	case Malloc, Realloc:
		op.Size = v[1]
	case Memalign:
		op.Align, op.Size = v[1], v[2]
		if op.Align == 0 || op.Align&(op.Align-1) != 0 || op.Align > MaxSize {
			return Op{}, fmt.Errorf("alignment %d is no power of two up to %d", op.Align, uint64(MaxSize))
		}
	}
	if op.Size > MaxSize {
		return Op{}, fmt.Errorf("size %d is above %d", op.Size, uint64(MaxSize))
	}
	return op, nil
}

// number reads a decimal number: digits only, no sign.
func number(s []byte) (uint64, bool) {
	s = bytes.TrimSpace(s)
	if len(s) == 0 || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s), 10, 64)
	return n, err == nil
}
