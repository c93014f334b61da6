package torture

import (
	"time"

	"usarena/internal/replay"
)

// The clock that all processes share costs a system call; this process's own,
// which is the same one but for where it begins, does not.
var (
	began     = time.Now()
	beganThen = replay.Monotonic()
)

// now is the time on the clock that all processes share.
func now() int64 { return beganThen + int64(time.Since(began)) }
