//go:build !race

package alloc_test

const slower = 1
