//go:build !linux

package alloc

func zeroMemory(n int) ([]byte, error) { return make([]byte, n), nil }

func freeMemory([]byte) {}
