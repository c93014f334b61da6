package errors_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"usarena/internal/scratch"
	"usarena/internal/worker"
)

var (
	all   = flag.Bool("errors.all", false, "every errno for every call, once and for good")
	only  = flag.String("errors.scene", "", "the scene to play, all if empty")
	seed  = flag.Uint64("errors.seed", 0, "which errno the short form takes for each call; 0 takes the time")
	fills = flag.Int("errors.fills", 100, "times that each disk is filled")
)

func TestMain(m *testing.M) {
	worker.Main()
	scratch.Janitor()
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	sweep()
	os.Exit(m.Run())
}

// sweep removes what runs that were killed have left.
func sweep() {
	prefix := scratch.Prefix("errors")
	names, _ := filepath.Glob(strings.TrimSuffix(prefix, fmt.Sprintf("%d-", os.Getpid())) + "*-*")
	for _, name := range names {
		dir := name[:strings.LastIndexByte(name, '-')]
		pid, err := strconv.Atoi(dir[strings.LastIndexByte(dir, '-')+1:])
		if err == nil && pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			os.RemoveAll(name)
		}
	}
}
