//go:build !usarena_nochecksum

package layout

// Fuzzers build with usarena_nochecksum, to get past the checksum.
const skipChecksum = false
