package arena

// StartOf is the start time in a line of /proc/PID/stat.
func StartOf(stat []byte) uint64 { return startOf(stat) }
