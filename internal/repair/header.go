package repair

import (
	"hash/crc32"

	"usarena/info"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// header makes the constants of the header right, or says why that cannot be
// done.
func (x *repairer) header() error {
	if x.d.size < layout.HeaderSize {
		return errs.Wrap(errs.Truncated, "repair", "%s: %d bytes of a header of %d are left: restore a copy", x.name, x.d.size, uint64(layout.HeaderSize))
	}
	var words [layout.HeaderSize / 8]uint64
	for i := range words {
		words[i] = x.d.word(uint64(i) * 8)
	}
	h, why, err := mend(headerOf(words[:]), x.name)
	if err != nil {
		return err
	}
	if x.geo, err = layout.Verify(h, x.name); err != nil {
		return err
	}
	x.head = h
	for i, w := range constsOf(h) {
		x.set(info.KindChecksum, uint64(i)*8, w, "%s", why)
	}
	if why == unproven {
		x.lost(info.KindChecksum, offChecksum, "%s: mode, flags, lock type, address, times and identity in the header may be other than they were", why)
	}
	x.pads(layout.HeaderPadding, 0)
	return nil
}

// How a header was mended.
const (
	proven   = "its checksum proves what it was"
	unproven = "the checksum did not prove the other constants"
)

// mend is a header that passes for h, and how that is known. One that another
// release has made is refused, as is one that is damaged beyond proof.
func mend(h *layout.Header, what string) (*layout.Header, string, error) {
	_, err := layout.Verify(h, what)
	if err == nil {
		return spared(h), proven, nil
	}
	sound := h.Sum() == h.Checksum
	if sound && h.Magic == layout.Magic && (h.Version != layout.Version || h.Layout != layout.Fingerprint || h.Incompat&^layout.KnownIncompat != 0) {
		return nil, "", err // nothing is damaged: it is just not ours
	}
	bases := append(guesses(h), h)
	for _, c := range bases {
		if c.Sum() == h.Checksum && verified(c, h.Checksum) {
			return spared(c), proven, nil
		}
	}
	for _, c := range bases {
		if c := oneByte(c, h.Checksum); c != nil {
			return spared(c), proven, nil
		}
	}
	if known := identity(h); known < 2 {
		return nil, "", err // an arena's name for a file of any other kind
	}
	var best *layout.Header
	for _, c := range guesses(h) {
		c.Flags &= layout.KnownFlags
		c.Compat &= layout.KnownCompat
		c.ReadOnly &= layout.KnownReadOnly // else the result is one that this program may only read
		c.LockType = min(c.LockType, layout.LockDebugPlus)
		c.Size = min(c.Size, c.MaxSize)
		c.Checksum = c.Sum()
		if differing(c, h) <= mostDiffering && verified(c, c.Checksum) && (best == nil || likelier(c, best, h)) {
			best = c
		}
	}
	if best != nil {
		return best, unproven, nil
	}
	return nil, "", errs.Wrap(errs.Corrupt, "repair", "%s: the constants of the header contradict each other and the checksum, so where anything is cannot be known: restore a copy (%v)", what, err)
}

// identity counts the words that say what kind of file it is.
func identity(h *layout.Header) (n int) {
	for _, ok := range []bool{h.Magic == layout.Magic, h.Version == layout.Version, h.Layout == layout.Fingerprint} {
		if ok {
			n++
		}
	}
	return n
}

func verified(h *layout.Header, sum uint32) bool {
	h.Checksum = sum
	_, err := layout.Verify(h, "")
	return err == nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// oneByte is a header that differs from h in one byte and that the checksum
// proves, or nil. That it is another one than it was has a chance of 1 in 30,000.
func oneByte(h *layout.Header, sum uint32) *layout.Header {
	c := layout.CopyHeader(h)
	c.Checksum = 0
	b := constBytes(c)
	for i := range b {
		was := b[i]
		for v := range 256 {
			b[i] = byte(v)
			if crc32.Checksum(b, castagnoli) != sum || i/4 == int(offChecksum)/4 {
				continue
			}
			if verified(c, sum) {
				return c
			}
			c.Checksum = 0
		}
		b[i] = was
	}
	return nil
}

// spared is a proven header whose reserved bytes are zero.
func spared(h *layout.Header) *layout.Header {
	spare(h)
	h.Checksum = h.Sum()
	return h
}

func spare(h *layout.Header) {
	b := constBytes(h)
	for _, p := range layout.HeaderPadding {
		if p.Off < layout.ConstSize {
			clear(b[p.Off : p.Off+p.Size])
		}
	}
}
