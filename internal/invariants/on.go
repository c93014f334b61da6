//go:build invariants

// Package invariants says whether this build checks what it believes. The
// constant costs nothing where it is false.
package invariants

// Enabled is set by the build tag invariants.
const Enabled = true
