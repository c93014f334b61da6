//go:build !linux

package sync

import "errors"

func newEvent() (int, error) { return -1, errors.ErrUnsupported }
func setEvent(int)           {}
func clearEvent(int)         {}
func closeEvent(int) error   { return errors.ErrUnsupported }
