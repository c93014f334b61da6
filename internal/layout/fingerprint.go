package layout

// Fingerprint is the hash of testdata/layout.golden, which lists every offset,
// size and class. Two builds that disagree refuse each other at open. The golden
// test recomputes it.
const Fingerprint uint32 = 0x17a1b96b
