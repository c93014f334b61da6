package model

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Where the lines are that carry marks.
const (
	inAlloc = "../../alloc"
	inLocks = "../../internal/robust"
	inSync  = "../../sync"
)

// placesOfUsers are where users come, go and are recovered, and the arena grows.
var placesOfUsers = []string{"../../arena", "../../internal/liveness", "../../internal/region", inLocks}

// oldMarks are the steps of the allocator, lockMarkers those of locks and their
// kin.
func oldMarks() (all []Mark) {
	for _, m := range [][]Mark{spanMarks[:], runMarks[:], cellMarks[:]} {
		all = append(all, m...)
	}
	return all
}

func lockMarkers() (all []Mark) {
	for _, m := range [][]Mark{objMarks[:], lockMarks[:], semaMarks[:], undoMarks[:], pollMarks[:], barMarks[:], rwMarks[:], condMarks[:]} {
		all = append(all, m...)
	}
	return all
}

func userMarkers() (all []Mark) {
	for _, m := range [][]Mark{attachMarks[:], growthMarks[:], useMarks[:]} {
		all = append(all, m...)
	}
	return all
}

// markedIn maps each mark in the files of some directories to a file that has it.
func markedIn(t *testing.T, dirs ...string) map[string]string {
	t.Helper()
	mark := regexp.MustCompile(`// model: ([A-Z][0-9]+(?: [A-Z][0-9]+)*)`)
	found := map[string]string{}
	for _, dir := range dirs {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range mark.FindAllStringSubmatch(string(text), -1) {
				for _, name := range strings.Fields(m[1]) {
					found[name] = f
				}
			}
		}
	}
	return found
}

// demand holds that every named mark has its line.
func demand(t *testing.T, marks []Mark, found map[string]string, where string) {
	t.Helper()
	for _, m := range marks {
		for _, name := range strings.Fields(m.Name) {
			if found[name] == "" {
				t.Errorf("no line in %s has the comment \"// model: %s\" (%s)", where, name, m.Code)
			}
		}
	}
}

// TestMarkers holds that every named step of the allocator's models has its line
// there, and that every mark in the code has its step.
func TestMarkers(t *testing.T) {
	demand(t, oldMarks(), markedIn(t, inAlloc), "alloc")
	known := map[string]bool{}
	for _, m := range append(append(oldMarks(), lockMarkers()...), userMarkers()...) {
		for _, name := range strings.Fields(m.Name) {
			known[name] = true
		}
	}
	for name, f := range markedIn(t, append(placesOfUsers, inAlloc, inSync)...) {
		if !known[name] {
			t.Errorf("%s has the mark %s, which no model knows", f, name)
		}
	}
}

// TestUserMarkers holds that every named step of the models of slots, of growth and
// of the use byte has its line.
func TestUserMarkers(t *testing.T) {
	demand(t, userMarkers(), markedIn(t, placesOfUsers...), "arena, internal/liveness, internal/region or internal/robust")
}

// TestLockMarkers holds that every named step of the models of locks and their
// kin has its line in internal/robust or sync.
func TestLockMarkers(t *testing.T) {
	demand(t, lockMarkers(), markedIn(t, inLocks, inSync), "internal/robust or sync")
}

// TestLockSteps holds that every step that LOCKING.md names is one of a model.
func TestLockSteps(t *testing.T) {
	text, err := os.ReadFile("../../doc/LOCKING.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, m := range lockMarkers() {
		known[m.Name] = true
	}
	steps := regexp.MustCompile(`\b[LUOPVDQWBYXC][0-9]\b`).FindAllString(string(text), -1)
	if len(steps) < 50 {
		t.Fatalf("only %d steps found", len(steps))
	}
	for _, s := range steps {
		if !known[s] {
			t.Errorf("LOCKING.md has the step %s, which no model knows", s)
			known[s] = true
		}
	}
}
