//go:build linux && (amd64 || 386)

package errors_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"usarena/internal/invariants"
)

// census counts what a process can leak.
type census struct {
	fds  []string
	maps []string
}

func (s *stage) census() (c census) {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && !strings.HasPrefix(to, "/proc/") {
			c.fds = append(c.fds, e.Name()+" "+to)
		}
	}
	text, _ := os.ReadFile("/proc/self/maps")
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		mine := len(f) > 5 && (strings.Contains(line, s.dir) || strings.Contains(line, "memfd:usarena"))
		if mine || len(f) == 5 && f[1] == "---p" && reservation(f[0]) {
			c.maps = append(c.maps, line)
		}
	}
	return c
}

// reservation says that addresses without access look like those that a mapping
// of one of our arenas is put into, and not like what Go reserves for its heap,
// which ends at a round address. Builds with the invariants tag leave such behind
// on purpose.
func reservation(addrs string) bool {
	var from, to uint64
	fmt.Sscanf(addrs, "%x-%x", &from, &to)
	return !invariants.Enabled && from%(2<<20) == 0 && to%(2<<20) != 0 && to-from > uint64(small.MaxSize) && to-from < uint64(small.MaxSize)*2
}

// leaks holds the number of descriptors and mappings to what it was. Go gives
// back what a dropped handle had when it likes, so it is asked to.
func (s *stage) leaks(a *answer, when string, was census, takes int) {
	if !s.warm {
		return // Go opens descriptors of its own the first time
	}
	for try := 0; ; try++ {
		now := s.census()
		fds, maps := len(now.fds)-(len(was.fds)-takes), len(now.maps)-len(was.maps)
		if fds == 0 && maps == 0 {
			return
		}
		if try == 20 {
			if fds != 0 {
				a.wrong("%s there are %+d descriptors: %s", when, fds, differ(was.fds, now.fds))
			}
			if maps != 0 {
				a.Maps = append(a.Maps, fmt.Sprintf("%s there are %+d mappings: %s", when, maps, differ(was.maps, now.maps)))
			}
			return
		}
		runtime.GC()
		time.Sleep(time.Millisecond << (try / 4))
	}
}

// differ lists what is in one list alone.
func differ(was, now []string) string {
	var text []string
	for _, x := range was {
		if !slices.Contains(now, x) {
			text = append(text, "- "+x)
		}
	}
	for _, x := range now {
		if !slices.Contains(was, x) {
			text = append(text, "+ "+x)
		}
	}
	return strings.Join(text, "; ")
}
