package info

import "usarena/internal/layout"

// windowSize is how much of the data is mapped at a time.
const windowSize = 1 << 20

// window is a part of the data: bytes from to to of the arena. What of it does
// not exist is missing at the end of words.
type window struct {
	from, to uint64
	words    []uint64
}

// fetchWindow maps length bytes from off on. What it mapped before is gone.
type fetchWindow func(off, length uint64) ([]uint64, error)

// dataWord is the word at a byte offset, a multiple of 8, in a page of data; 0
// beyond what is committed. Only pages of objects are asked for: all others are
// the user's, and a look at them could make them exist.
func (m *image) dataWord(off uint64) uint64 {
	end := m.dataOff(m.pages)
	if off < m.geo.DataOff || off >= end {
		return 0
	}
	if m.fetch == nil {
		return load(m.data, (off-m.geo.DataOff)/8)
	}
	if off < m.near.from || off >= m.near.to {
		from := m.geo.DataOff + (off-m.geo.DataOff)&^(windowSize-1)
		to := min(from+windowSize, end)
		words, err := m.fetch(from, to-from)
		if err != nil && m.failed == nil {
			m.failed = err
		}
		m.near = window{from, to, words}
	}
	return load(m.near.words, (off-m.near.from)/8)
}

// hint is where the chain of object runs leads on from a page.
func (m *image) hint(page uint64) uint64 {
	return load(m.bits, (page*layout.BitsSize+offHint)/8)
}
