package main

import (
	"strings"
	"time"

	"usarena/arena/segment"
)

// status is what ipcs shows under that head.
func status(s segment.Stat) string {
	var words []string
	if s.Destroyed {
		words = append(words, "dest")
	}
	if s.Locked {
		words = append(words, "locked")
	}
	if len(words) == 0 {
		return ""
	}
	return " " + strings.Join(words, " ")
}

// never is a time that may not have come yet.
func never(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return ago(t)
}
