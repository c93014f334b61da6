// Package layout is the format of an arena file: every offset, size, bit field
// and constant of it, and nothing else. No other package holds a number of the
// file.
//
// Trust: any byte of a file may be wrong. This package computes where things
// must be (Plan) and proves that a header says the same (Check); what it hands
// out after that is in range by construction. Words that change while an arena
// is in use are checked by whoever reads them.
//
// Nouns. A page is 4 KiB of user memory, numbered from 0 at DataOff. A run is
// one or more pages: free, a span of equal blocks, or one large block. Runs tile
// the committed pages, region by region. A region is a fixed number of pages
// under one lock; a free run never crosses a region's end, a large block may.
//
// Zones of a file, in order:
//
//	header   1 KiB: constants, then the words that change, a cache line each
//	users    64 bytes a slot, then ledgers, intent lanes, heap lines
//	regions  128 bytes a region: its lock, its hints
//	states   8 bytes a page: the one word that says what begins there
//	bits     128 bytes a page: which blocks of a span are live
//	tenants  128 bytes a page: whose they are, where several users share a span
//	guard    one page that nobody may touch
//	data     the pages
//
// Every 8-byte field stands at a multiple of 8, so that amd64, arm64 and 386
// agree; testdata/layout.golden holds them to it.
//
// Reading order: const.go, header.go, tables.go, tenants.go, state.go, class.go,
// plan.go, object.go, words.go.
package layout
