// Package arenatest helps to test programs that share an arena: arenas that
// clean up and check themselves, and helper processes.
//
// New gives a test an arena of its own; when the test ends it is checked, closed
// and removed, and damage fails the test.
//
// A helper process is the test binary itself, started again to run one function.
// Register the function, let TestMain call Main, and start it with Command:
//
//	func init() {
//		arenatest.Register("writer", func(args []string) error {
//			a, err := arena.Join(args[0])
//			…
//		})
//	}
//
//	func TestMain(m *testing.M) { arenatest.Main(m) }
//
//	func TestTwo(t *testing.T) {
//		a := arenatest.New(t)
//		out, err := arenatest.Command(t, "writer", a.Name()).CombinedOutput()
//		…
//	}
package arenatest
