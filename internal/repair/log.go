package repair

import (
	"fmt"

	"usarena/info"
)

// listed is how many entries each list of a report holds.
const listed = 1000

// set makes the word at off v, and lists that.
func (x *repairer) set(kind string, off, v uint64, format string, args ...any) {
	was := x.d.word(off)
	if was == v || off >= x.d.size {
		return
	}
	x.d.put(off, v)
	x.changed(info.Change{Kind: kind, Offset: off, Was: was, Is: v, Detail: fmt.Sprintf(format, args...)})
}

// half is the half word at off, a multiple of 4; setHalf changes it.
func (x *repairer) half(off uint64) uint32 { return uint32(x.d.word(off&^7) >> (off & 4 * 8)) }

func (x *repairer) setHalf(kind string, off uint64, v uint32, format string, args ...any) {
	shift := off & 4 * 8
	w := x.d.word(off &^ 7)
	x.set(kind, off&^7, w&^(uint64(1<<32-1)<<shift)|uint64(v)<<shift, format, args...)
}

func (x *repairer) changed(c info.Change) {
	x.report.Changed++
	if len(x.report.Changes) == listed {
		x.report.More++
		return
	}
	x.report.Changes = append(x.report.Changes, c)
}

// lost lists what could not be saved.
func (x *repairer) lost(kind string, off uint64, format string, args ...any) {
	if len(x.report.Lost) == listed {
		x.report.More++
		return
	}
	x.report.Lost = append(x.report.Lost, info.Finding{Kind: kind, Offset: off, Detail: fmt.Sprintf(format, args...)})
}

// salvaged lists a stretch that is kept as a block.
func (x *repairer) salvaged(off, pages uint64, why string) {
	if len(x.report.Salvaged) == listed {
		x.report.More++
		return
	}
	x.report.Salvaged = append(x.report.Salvaged, info.Salvage{Offset: off, Pages: pages, Detail: why})
}
