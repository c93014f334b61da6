//go:build !linux

package info

import "errors"

// view needs Linux; on other systems none is ever made.
type view struct{ image *image }

func open(string, *findings) (*view, error) { return nil, errors.ErrUnsupported }

func (v *view) close() error    { return nil }
func (v *view) anyUser() bool   { return false }
func (v *view) Dead(int) bool   { return false }
func (v *view) backing() string { return "" }
