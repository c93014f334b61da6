package layout

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

const formatFile = "../../doc/FORMAT.md"

// TestFormatDocument holds the tables of the document to the golden list: the
// same rows in the same order, nothing more and nothing less.
func TestFormatDocument(t *testing.T) {
	text, err := os.ReadFile(formatFile)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	record := regexp.MustCompile("^`(\\w+)`, (\\d+) bytes")
	row := regexp.MustCompile(`^\| (0x[0-9a-f]{4}) \| (\d+) \| (\w+) \| (\w+) \| .+ \|$`)
	field := regexp.MustCompile(`^\| ([A-Za-z]+\.[A-Za-z]+) \| (\d+\.\.\d+) \| .+ \|$`)
	class := regexp.MustCompile(`^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$`)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if m := record.FindStringSubmatch(line); m != nil {
			got = append(got, "record "+m[1]+" "+m[2])
		}
		for _, re := range []*regexp.Regexp{row, field, class} {
			if m := re.FindStringSubmatch(line); m != nil {
				got = append(got, strings.Join(m[1:], " "))
			}
		}
	}
	list, _, _ := strings.Cut(golden(t), "constants\n")
	var want []string
	for line := range strings.Lines(list) {
		if line = strings.Join(strings.Fields(line), " "); !strings.Contains(line, ": ") {
			want = append(want, line)
		}
	}
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Fatalf("%s ends before %q", formatFile, want[i])
		case i >= len(want):
			t.Fatalf("%s has %q, which is not in the format", formatFile, got[i])
		case got[i] != want[i]:
			t.Fatalf("%s has %q, the format %q", formatFile, got[i], want[i])
		}
	}
}
