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
//	-storm.rounds=N     kills of TestKill, TestKillReclaim and TestCrossingBlocks (25;
//	                    long 500)
//	-storm.seconds=N    time of TestWordSizes and TestAttachDetach (3; long 30)
//	-storm.max=SIZE     how far TestGrowth grows (64MiB; long 4GiB)
//	-storm.seed=N       where random choices begin; 0 takes the time, and it is told
//
// For example: go test ./fuzz/storm -run TestKill -args -storm.rounds=500
//
// The short forms together take about 15 s on two processors, most of it the
// tests that run for a time.
//
// Reading order: main_test.go (roles, flags), arena_test.go and team_test.go
// (arenas and processes that end with their test), entry_test.go (blocks that
// can be verified), lane_test.go and hand_test.go (processes that may be killed),
// crew_test.go and account_test.go (the killing, and the account of every block),
// part_test.go and tray_test.go (simpler processes), then the tests: kill, reclaim,
// idle, big, growth with grower, words with pusher, tiny, attach.
package storm
