package info

import (
	"errors"
	"fmt"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

// Offsets in the header that findings name.
const (
	offMagic    = 0x00
	offVersion  = 0x08
	offLayout   = 0x0c
	offIncompat = 0x18
	offChecksum = 0x1c
	offSize     = 0x20
)

// judge verifies a private copy of a header. Where one field is wrong and all
// others still bear the checksum out, the field is a finding, h is mended and
// the look goes on. An error says that nothing more can be said: no arena,
// another version, or zones in unknown places.
func judge(h *layout.Header, what string, found func(kind string, off uint64, word uint64, format string, args ...any)) (layout.Geometry, error) {
	mend := func(field *uint32, want uint32) bool {
		was := *field
		*field = want
		if h.Sum() == h.Checksum {
			return true
		}
		*field = was
		return false
	}
	if magic := h.Magic; magic != layout.Magic {
		found(KindMagic, offMagic, magic, "the file begins with %#016x, an arena with %#016x", magic, layout.Magic)
		h.Magic = layout.Magic
		if h.Sum() != h.Checksum {
			h.Magic = magic
		}
	}
	if v := h.Version; h.Magic == layout.Magic && v != layout.Version {
		found(KindVersion, offVersion, uint64(v), "version %d, this program knows %d", v, layout.Version)
		mend(&h.Version, layout.Version)
	}
	if v := h.Layout; h.Magic == layout.Magic && h.Version == layout.Version && v != layout.Fingerprint {
		found(KindVersion, offLayout, uint64(v), "layout %#08x, this program has %#08x", v, layout.Fingerprint)
		mend(&h.Layout, layout.Fingerprint)
	}
	if v := h.Incompat &^ layout.KnownIncompat; v != 0 && h.Magic == layout.Magic && h.Version == layout.Version {
		found(KindFeature, offIncompat, uint64(v), "features %#x are unknown", v)
		mend(&h.Incompat, h.Incompat&layout.KnownIncompat)
	}
	g, err := layout.Verify(h, what)
	if sum := h.Sum(); sum != h.Checksum && (err == nil || errors.Is(err, errs.Corrupt)) {
		found(KindChecksum, offChecksum, uint64(h.Checksum), "checksum %#08x, the constants give %#08x", h.Checksum, sum)
		h.Checksum = sum
		g, err = layout.Verify(h, what)
	}
	if errors.Is(err, errs.Corrupt) {
		found(KindGeometry, offSize, 0, "%v", err)
	}
	return g, err
}

// newImage sees the whole file in b, whose first bytes follow. Without an image
// the error says why; what was found stands in the log either way.
func newImage(b []byte, what string, log *findings) (*image, error) {
	words := wordsOf(b)
	h, err := shortHeader(words, uint64(len(b)), what, log)
	if err != nil {
		return nil, err
	}
	g, err := judge(h, what, log.add)
	if err != nil {
		return nil, err
	}
	m := imageOf(words, h, g)
	m.name = what
	m.judgeSize(uint64(len(b)), log)
	return m, nil
}

// shortHeader copies the header, if the file is long enough for one.
func shortHeader(words []uint64, size uint64, what string, log *findings) (*layout.Header, error) {
	if size >= layout.HeaderSize {
		return headerOf(words), nil
	}
	if size < 8 || words[0] != layout.Magic {
		log.add(KindMagic, offMagic, 0, "%d bytes that do not begin like an arena", size)
		return nil, errs.Wrap(errs.NotArena, "open", "%s: %d bytes", what, size)
	}
	log.add(KindTruncated, 0, size, "%d bytes, a header has %d", size, layout.HeaderSize)
	return nil, errs.Wrap(errs.Truncated, "open", "%s: %d bytes, a header has %d", what, size, layout.HeaderSize)
}

// judgeSize compares the file's length and the committed count with the
// geometry.
func (m *image) judgeSize(size uint64, log *findings) {
	m.judgeCommitted(log)
	pages := m.committed()
	if m.head.Flags&layout.FlagNoReserve != 0 { // nothing makes this file longer later
		pages = m.geo.MaxPages
	}
	if want := m.geo.FileSize(pages); size < want {
		log.add(KindTruncated, size, 0, "the file ends at %d, %d pages need %d: copy what is left before anything else", size, pages, want)
	}
}

// judgeCommitted judges the count of pages: an arena begins with one at least.
func (m *image) judgeCommitted(log *findings) {
	if n := m.word(offCommitted); n == 0 || n > m.geo.MaxPages {
		log.add(KindCommitted, offCommitted, n, "%d pages committed, 1 to %d are possible", n, m.geo.MaxPages)
	}
}

// findings collects what one look finds.
type findings struct {
	list []found
	more int
}

// found is a finding with the word that was wrong: two looks agree when kind,
// place and word do.
type found struct {
	Finding
	word uint64
}

const (
	listed    = 1000      // findings in a report
	collected = 16 * 1024 // findings of one look, so that looks can be compared
)

func (f *findings) add(kind string, off, word uint64, format string, args ...any) {
	if len(f.list) == collected {
		f.more++
		return
	}
	f.list = append(f.list, found{Finding{kind, off, fmt.Sprintf(format, args...)}, word})
}

// report lists at most the first thousand findings.
func (f *findings) report(live bool) Report {
	r := Report{Clean: len(f.list) == 0, Live: live, Findings: []Finding{}}
	for i, x := range f.list {
		if i == listed {
			n := len(f.list) - listed + f.more
			r.Findings = append(r.Findings, Finding{KindMore, x.Offset, fmt.Sprintf("%d more, the first at offset %d", n, x.Offset)})
			break
		}
		r.Findings = append(r.Findings, x.Finding)
	}
	return r
}
