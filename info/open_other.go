//go:build !linux

package info

import (
	"errors"

	"usarena/internal/backing"
)

// view needs Linux; on other systems none is ever made.
type view struct{ image *image }

func open(string, *findings) (*view, error) { return nil, errors.ErrUnsupported }

// CheckFile needs Linux.
func CheckFile(*backing.File) (Report, error) { return Report{}, errors.ErrUnsupported }

// UsersFile needs Linux.
func UsersFile(*backing.File) ([]User, error) { return nil, errors.ErrUnsupported }

func (v *view) close() error    { return nil }
func (v *view) anyUser() bool   { return false }
func (v *view) Dead(int) bool   { return false }
func (v *view) backing() string { return "" }
