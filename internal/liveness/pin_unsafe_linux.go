package liveness

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/layout"
)

// Pin keeps the hold's locks even if something in this process closes all
// descriptors: a mapping belongs to the description as a descriptor does. The
// page is never touched, and children of a plain fork do not get it, because
// they would keep their parent alive. It may be repeated.
func (k *Keeper) Pin() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.usable("pin"); err != nil {
		return err
	}
	if k.pin != nil {
		return nil
	}
	// unix.Mmap would note the page in a map, which costs more than the call.
	at, err := unix.MmapPtr(k.hold, 0, nil, layout.PageSize, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("usarena: pin: descriptor %d: %w", k.hold, err)
	}
	page := unsafe.Slice((*byte)(at), layout.PageSize)
	if err := unix.Madvise(page, unix.MADV_DONTFORK); err != nil {
		unix.MunmapPtr(at, layout.PageSize)
		return fmt.Errorf("usarena: pin: descriptor %d: %w", k.hold, err)
	}
	k.pin = page
	return nil
}

func (k *Keeper) unpin() error {
	if k.pin == nil {
		return nil
	}
	err := unix.MunmapPtr(unsafe.Pointer(unsafe.SliceData(k.pin)), layout.PageSize)
	k.pin = nil
	return err
}
