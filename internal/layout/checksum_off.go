//go:build usarena_nochecksum

package layout

const skipChecksum = true
