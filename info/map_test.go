package info

import (
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

func TestMap(t *testing.T) {
	m := sample(t)
	name := m.file(t)
	hold(t, name, 1)
	var text strings.Builder
	if err := Map(&text, name, 100, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"0x00000045000  ▁▁▁▁░", "×", "■", "□", "in use", "6 large blocks", "slot 1     live", "slot 2     dead"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	var svg strings.Builder
	if err := MapSVG(&svg, name); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(strings.NewReader(svg.String())); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"large block, 400 pages, slot 2", "832 B", "2 of 8 slots in use", "orphaned"} {
		if !strings.Contains(svg.String(), want) {
			t.Errorf("no %q in the SVG file", want)
		}
	}
	if err := Map(&text, filepath.Join(t.TempDir(), "none"), 80, false); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
