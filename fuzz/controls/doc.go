// Package controls plants bugs in the code and holds that its tests find them,
// every time. It contains nothing but tests.
//
// Trust: a test that fails has found something; where it says what, the control
// looks for that.
//
// Nouns: a control is a bug, and the test that must fail with it. Those that only
// a process stepped instruction by instruction can show are in fuzz/steps.
//
//	-controls.times=N   how often each test must fail (1)
package controls
