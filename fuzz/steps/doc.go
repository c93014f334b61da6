// Package steps takes one operation of a real process apart, instruction by
// instruction. It contains nothing but tests, for amd64.
//
// A process is this test binary, started again; the thread that does the
// operation is single-stepped (ptrace) on a real arena. Three things are done
// with it:
//
//   - images: after every instruction the arena is compared with what it was.
//     Whatever it has not been before is copied to a file of its own. There the
//     process is dead, since nobody holds its byte: the copy must be sound,
//     recover, have every block that it must have and no other, and give
//     everything back.
//   - kills: SIGKILL at the k-th instruction; a process that had attached before
//     finishes everything.
//   - stops: SIGSTOP at the k-th instruction; the others go on, nothing of the
//     stopped one's is taken, and it finishes later.
//
// Trust: the processes are this binary; info.Check judges an arena.
//
// Nouns: an operation is one call; a start state is an arena as some processes
// left it, by a seed, some of them dead; the hand is the process that is stepped;
// the survivor is another user; an aim is what an operation may change; an image
// is an arena's bytes between two instructions.
//
//	-steps.states=N   start states of each operation (2; long 25)
//	-steps.kills=N    kills of each operation in each start state (1; long 30)
//	-steps.every=N    kills at every N-th instruction instead
//	-steps.all        kills at every instruction
//	-steps.own        kills where a death can make a difference: at every instruction
//	                  of the project, before and after every system call and every
//	                  change of the arena. In between Go's runtime is at its own.
//	-steps.stops=N    stops of each operation that is stopped (1; long 10)
//	-steps.stop=TIME  for how long (50ms; long 1s)
//	-steps.planted    all planted bugs must be found, not only the first
//	-steps.op=REGEXP  only operations whose names match
//	-steps.seed=N     where random choices begin; 0 takes the time, and it is told
//
// Of operations that take many thousand instructions the short form has fewer start
// states.
//
// Reading order: main_test.go (flags), team_test.go (processes), tracer_test.go,
// attach_test.go and freeze_test.go (a thread in steps), hand_test.go with
// churn_test.go (the process that is stepped), the operations: ops_test.go,
// opslarge_test.go, opscells_test.go, opslife_test.go, opslocks_test.go,
// opsfreed_test.go; peer_test.go, wait_test.go and drain_test.go (the survivor),
// maker_test.go and half_test.go (start states), scene_test.go (one operation in one
// start state), image_test.go and film_test.go, judge_test.go and account_test.go,
// then the tests: lane_test.go with crew_test.go, kills_test.go, jump_test.go and
// report_test.go, stops_test.go, cost_test.go, planted_test.go, watch_test.go.
package steps
