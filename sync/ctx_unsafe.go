package sync

import (
	"context"
	"unsafe"
)

// endless says that a context never ends, without a call: its type is that of
// context.Background. An interface begins with the word that stands for its
// type.
func endless(ctx context.Context) bool {
	return *(*unsafe.Pointer)(unsafe.Pointer(&ctx)) == backgroundType
}

var backgroundType = func() unsafe.Pointer {
	ctx := context.Background()
	return *(*unsafe.Pointer)(unsafe.Pointer(&ctx))
}()
