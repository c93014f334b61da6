package trace

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrFormat is wrapped by every error that says a trace is malformed; the text
// names trace and line.
var ErrFormat = errors.New("not a valid trace")

// Open reads the trace in a file.
func Open(path string) (*Trace, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(f, path)
}

// Read reads a trace, compressed or not. The name appears in errors only.
func Read(r io.Reader, name string) (*Trace, error) {
	br := bufio.NewReader(r)
	if magic, _ := br.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("%s: %w: gzip: %w", name, ErrFormat, err)
		}
		defer z.Close()
		br = bufio.NewReader(z)
	}
	p := parser{name: name, lines: bufio.NewScanner(br)}
	return p.parse()
}

// parser reads lines and keeps count of them.
type parser struct {
	name  string
	lines *bufio.Scanner
	line  int
}

func (p *parser) parse() (*Trace, error) {
	var head [4]uint64
	for i, what := range [4]string{"peak live bytes", "number of ids", "number of operations", "the fourth header line, 1"} {
		if !p.next() {
			return nil, p.ended("header line %d, %s, is missing", i+1, what)
		}
		n, ok := number(p.lines.Bytes())
		if !ok {
			return nil, p.bad("header line %d must be a number, %s", i+1, what)
		}
		head[i] = n
	}
	ids, ops := head[1], head[2]
	if ids > MaxOps || ops > MaxOps {
		return nil, p.bad("header announces %d ids and %d operations, at most %d are read", ids, ops, MaxOps)
	}
	t := &Trace{Name: p.name, IDs: int(ids)}
	live := newLife()
	for p.next() {
		op, err := parseOp(p.lines.Bytes())
		if err != nil {
			return nil, p.bad("%v", err)
		}
		if uint64(op.ID) >= ids {
			return nil, p.bad("id %d, but the header announces %d ids (0 to %d)", op.ID, ids, int64(ids)-1)
		}
		if uint64(len(t.Ops)) == ops {
			return nil, p.bad("more operations than the %d that the header announces", ops)
		}
		if err := live.apply(op, p.line); err != nil {
			return nil, p.bad("%v", err)
		}
		t.Ops = append(t.Ops, op)
	}
	if uint64(len(t.Ops)) != ops || p.lines.Err() != nil {
		return nil, p.ended("%d operations, but the header announces %d", len(t.Ops), ops)
	}
	t.Peak, t.Left = live.peak, live.count
	return t, nil
}

func (p *parser) next() bool {
	if !p.lines.Scan() {
		return false
	}
	p.line++
	return true
}

// bad is a defect in the current line.
func (p *parser) bad(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s: %w", p.name, p.line, fmt.Sprintf(format, args...), ErrFormat)
}

// ended is a trace that ends too early, or that could not be read to its end.
func (p *parser) ended(format string, args ...any) error {
	if err := p.lines.Err(); err != nil {
		return fmt.Errorf("%s:%d: %w: %w", p.name, p.line+1, ErrFormat, err)
	}
	return p.bad("the trace ends here: "+format, args...)
}
