// Package testdata embeds two recorded traces, so that the demo and the tests
// need nothing but the program.
package testdata

import "embed"

// Traces holds gcc.rep.gz (a compiler run) and perl.rep.gz (a script).
//
//go:embed gcc.rep.gz perl.rep.gz
var Traces embed.FS
