// Package config is the description of an arena that somebody is about to make:
// a plain struct whose zero value is a good one, its limits, and sizes that
// people can read and type.
//
// Trust: everything comes from the caller and is checked once, by WithDefaults.
// What an existing arena is like stands in its header, not here.
//
// A Config is for one arena. The sticky, process-wide settings of IRIX's
// usconfig are package us.
//
// Reading order: config.go, limits.go, defaults.go, size.go.
package config
