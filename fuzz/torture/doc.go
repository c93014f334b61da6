// Package torture runs storms of kills (internal/torture) as tests: one with
// every run of the tests, one as long as wanted by hand, and processes of both
// word sizes in one arena.
//
//	-torture.kills=N    kills of TestStorm (2000; long 200000)
//	-torture.procs=N    processes at a time (8)
//	-torture.words=N    kills of TestWordSizes, where every second process is of the
//	                    machine's other word size (200; long 20000)
//	-torture.seconds=N  end of each test, also before its kills are done (20; 0 none)
//	-torture.seed=N     where random choices begin; 0 takes the time, and it is told
//	-torture.progress   a line every ten seconds
package torture
