package alloc

import (
	"sync/atomic"

	"usarena/internal/errs"
	"usarena/internal/fault"
)

// Option is a command of Mallopt; the names are IRIX's.
type Option int

// Options. Effective ones say what they do; the others are accepted, checked
// and remembered, because this allocator has nothing for them to tune.
const (
	MXFast    Option = 1 + iota // accepted: largest size served from groups
	NLBlks                      // accepted: blocks a group, > 0
	Grain                       // accepted: rounding of small sizes, > 0
	Keep                        // accepted: freed data stays until reuse anyway
	Debug                       // effective: every call takes the slow path, which checks all it touches
	BlkSz                       // accepted: chunk for growth, >= 512
	MxChk                       // accepted: free blocks searched
	FreeHd                      // accepted: order of the free list
	ClrOnFree                   // effective: freed blocks are filled with the low byte of the value; stays on
	CrLock                      // accepted: always safe for several processes
	optionsEnd
)

type options struct {
	value [optionsEnd]atomic.Int64
	fill  atomic.Int32 // -1: none
}

func (o *options) init() {
	o.fill.Store(-1)
	for _, d := range []struct {
		cmd Option
		val int64
	}{{MXFast, 28}, {NLBlks, 100}, {Grain, 16}, {BlkSz, 8 << 10}, {MxChk, 100}} {
		o.value[d.cmd].Store(d.val)
	}
}

// Mallopt sets an option of this process for the arena. ErrInvalid for an
// unknown command or a value out of range. IRIX: usmallopt.
func (h *Heap) Mallopt(cmd Option, val int) (err error) {
	if err := h.begin("mallopt"); err != nil {
		return err
	}
	defer h.end("mallopt", &err, fault.Arm())
	least := 0
	switch cmd {
	case NLBlks, Grain:
		least = 1
	case BlkSz:
		least = 512
	case FreeHd, ClrOnFree:
		least = -1 << 31
	}
	if cmd <= 0 || cmd >= optionsEnd || val < least {
		return errs.Wrap(errs.Invalid, "mallopt", "%s: option %d, value %d (commands 1 to %d; this one from %d)", h.name, cmd, val, optionsEnd-1, least)
	}
	h.options.value[cmd].Store(int64(val))
	if cmd == ClrOnFree {
		h.options.fill.Store(int32(val & 0xff))
	}
	if cmd == ClrOnFree || cmd == Debug {
		slow := h.options.fill.Load() >= 0 || h.options.value[Debug].Load() != 0
		h.noHeaps.Store(slow)
		if slow {
			h.emptyHeaps(false)
		}
	}
	return nil
}

// beforeFree does what options ask for when a block is freed.
func (o *options) beforeFree(h *Heap, off, size uint64) {
	if v := o.fill.Load(); v >= 0 {
		b := h.bytes(off, size)
		for i := range b {
			b[i] = byte(v)
		}
	}
}
