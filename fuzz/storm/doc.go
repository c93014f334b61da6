// Package storm has the tests that need several real processes: processes that
// are killed at any moment, stopped, asleep, built for another word size, mapped
// elsewhere, joining and leaving without end. It contains nothing but tests.
//
// Trust: the processes of a test are this test binary, started again with a
// named role; the arena's bytes are judged by info.Check alone.
//
// Nouns: a role is what a started process does; a team is the processes of one
// test; a lane is the record in the arena of what one goroutine has in hand; an
// entry is a block with its length, in one word; a round is one kill.
//
// Each test has a short form, for every run of the tests, and a long one:
//
//	-storm.rounds=N     kills of TestKill and TestCrossingBlocks (25; long 500)
//	-storm.seconds=N    time of TestWordSizes and TestAttachDetach (3; long 30)
//	-storm.max=SIZE     how far TestGrowth grows (64MiB; long 4GiB)
//	-storm.seed=N       where random choices begin; 0 takes the time, and it is told
//
// For example: go test ./fuzz/storm -run TestKill -args -storm.rounds=500
//
// Reading order: main_test.go (roles, flags), team_test.go (processes),
// entry_test.go and lane_test.go (what they do), then the tests, one file each.
package storm
