package trace_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"usarena/internal/trace"
)

func read(text string) (*trace.Trace, error) { return trace.Read(strings.NewReader(text), "t.rep") }

func TestReadEveryOperation(t *testing.T) {
	const text = "130\n3\n8\n1\na 0 100\nm 1 64 30\nr 0 10\nr 2 0\nr 1 0\nf 1\nf 0\na 0 7\n"
	got, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []trace.Op{
		{Kind: trace.Malloc, ID: 0, Size: 100},
		{Kind: trace.Memalign, ID: 1, Align: 64, Size: 30},
		{Kind: trace.Realloc, ID: 0, Size: 10},
		{Kind: trace.Realloc, ID: 2, Size: 0}, // malloc of 0 bytes
		{Kind: trace.Realloc, ID: 1, Size: 0}, // free
		{Kind: trace.Free, ID: 1},             // free of nil
		{Kind: trace.Free, ID: 0},
		{Kind: trace.Malloc, ID: 0, Size: 7}, // an id used again
	}
	if !reflect.DeepEqual(got.Ops, want) {
		t.Errorf("operations %v, want %v", got.Ops, want)
	}
	if got.Peak != 130 || got.IDs != 3 || got.Left != 2 {
		t.Errorf("peak %d ids %d left %d, want 130 3 2", got.Peak, got.IDs, got.Left)
	}
}

func TestReadCompressed(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte("5\n1\n2\n1\na 0 5\nf 0\n"))
	z.Close()
	whole := b.Bytes()
	got, err := trace.Read(bytes.NewReader(whole), "t.rep.gz")
	if err != nil || len(got.Ops) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	if _, err := trace.Read(bytes.NewReader(whole[:len(whole)-6]), "t.rep.gz"); !errors.Is(err, trace.ErrFormat) {
		t.Errorf("cut off gzip: %v, want ErrFormat", err)
	}
}

func TestDefectsNameTheLine(t *testing.T) {
	const head = "100\n2\n2\n1\n" // lines 1 to 4
	for _, c := range []struct{ what, text, want string }{
		{"nothing", "", "t.rep:0:"},
		{"short header", "1\n2\n", "t.rep:2:"},
		{"header is text", "1\nx\n1\n1\n", "t.rep:2:"},
		{"negative header", "1\n-2\n1\n1\n", "t.rep:2:"},
		{"huge header", "1\n999999999999\n1\n1\n", "t.rep:4:"},
		{"unknown operation", head + "a 0 1\nx 1 1\n", "t.rep:6:"},
		{"long operation", head + "alloc 0 1\n", "t.rep:5:"},
		{"missing size", head + "a 0\n", "t.rep:5:"},
		{"extra number", head + "f 0 1\n", "t.rep:5:"},
		{"negative size", head + "a 0 -1\n", "t.rep:5:"},
		{"hexadecimal size", head + "a 0 0x10\n", "t.rep:5:"},
		{"size overflows", head + "a 0 99999999999999999999\n", "t.rep:5:"},
		{"size too large", head + "a 0 99999999999999\n", "t.rep:5:"},
		{"id too large", head + "a 2 1\n", "t.rep:5:"},
		{"bad alignment", head + "m 0 24 1\n", "t.rep:5:"},
		{"alignment 0", head + "m 0 0 1\n", "t.rep:5:"},
		{"empty line", head + "a 0 1\n\nf 0\n", "t.rep:6:"},
		{"allocated twice", head + "a 0 1\na 0 1\n", "t.rep:6:"},
		{"freed twice", "1\n1\n3\n1\na 0 1\nf 0\nf 0\n", "t.rep:7:"},
		{"freed unseen", head + "f 0\n", "t.rep:5:"},
		{"too few", head + "a 0 1\n", "t.rep:5:"},
		{"too many", head + "a 0 1\nf 0\na 0 1\n", "t.rep:7:"},
		{"endless line", head + "a 0 1\n" + strings.Repeat("9", 1<<17), "t.rep:6:"},
	} {
		_, err := read(c.text)
		if !errors.Is(err, trace.ErrFormat) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error that begins with %s", c.what, err, c.want)
		}
	}
}

func TestOpenMissing(t *testing.T) {
	if _, err := trace.Open(t.TempDir() + "/none.rep"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want fs.ErrNotExist", err)
	}
}

func TestRecordedTraces(t *testing.T) {
	for name, want := range map[string][2]int{"gcc": {2662345, 40576}, "perl": {773325, 141320}} {
		got, err := trace.Open("../../testdata/" + name + ".rep.gz")
		if err != nil {
			t.Fatal(err)
		}
		if got.Peak != uint64(want[0]) || len(got.Ops) != want[1] {
			t.Errorf("%s: peak %d, %d operations, want %v", name, got.Peak, len(got.Ops), want)
		}
	}
}

func TestSplitKeepsTheOrderOfAnID(t *testing.T) {
	tr, err := trace.Open("../../testdata/gcc.rep.gz")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for i, share := range tr.Split(3) {
		total += len(share)
		at := 0
		for _, op := range tr.Ops {
			if int(op.ID)%3 != i {
				continue
			}
			if share[at] != op {
				t.Fatalf("share %d, operation %d: %v, want %v", i, at, share[at], op)
			}
			at++
		}
	}
	if total != len(tr.Ops) {
		t.Errorf("%d operations after the split, want %d", total, len(tr.Ops))
	}
}
