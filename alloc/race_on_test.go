//go:build race

package alloc_test

// slower is how much less a test does where every access is watched.
const slower = 8
