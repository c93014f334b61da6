// Package region is one mapping of one arena: where its zones are in this
// process, how far it is committed, how it grows. It is the one place that turns
// an offset into an address.
//
// Trust: the header was verified before; Committed is read from shared memory
// and clipped to the geometry at each use.
//
// A process may see less than the whole arena (a 32-bit process, RLIMIT_AS):
// its window is the first Window pages. The mapping never moves; growth makes
// pages exist beneath it.
//
// A file that loses pages makes accesses fault. Caught makes that the error of a
// call and marks the region as lost; Detach then takes the file out of reach.
package region
