// Package tidy holds the rules of the tree that a compiler does not, as tests:
// imports point downward, and only files that say so in their names use unsafe.
package tidy
