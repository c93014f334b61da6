package model

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMarkers holds that every named step of a model has its line in the
// allocator and every mark in the allocator its step.
func TestMarkers(t *testing.T) {
	files, err := filepath.Glob("../../alloc/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no allocator: %v", err)
	}
	mark := regexp.MustCompile(`// model: ([A-Z][0-9]+(?: [A-Z][0-9]+)*)`)
	found := map[string]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mark.FindAllStringSubmatch(string(text), -1) {
			for _, name := range strings.Fields(m[1]) {
				found[name] = filepath.Base(f)
			}
		}
	}
	known := map[string]bool{}
	for _, m := range append(spanMarks[:], runMarks[:]...) {
		if m.Name == "" {
			continue
		}
		known[m.Name] = true
		if found[m.Name] == "" {
			t.Errorf("no line in alloc has the comment \"// model: %s\" (%s)", m.Name, m.Code)
		}
	}
	for name, f := range found {
		if !known[name] {
			t.Errorf("%s has the mark %s, which no model knows", f, name)
		}
	}
}
