//go:build !linux && !usarena_portable && !race

package alloc

func prepareBarrier() {}

func barrier() bool { return false }
