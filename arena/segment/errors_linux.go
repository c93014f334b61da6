package segment

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// fail is err with operation and name, nil if err is.
func fail(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("usarena: %s: %s: %w", op, name, err)
}

// cannot says that this family does not have an operation.
func (s *Segment) cannot(op, why string) error {
	return fmt.Errorf("usarena: %s: %s: %s: %w", op, s.name, why, errors.ErrUnsupported)
}

// with runs f unless the segment is closed, one at a time.
func (s *Segment) with(op string, f func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fail(op, s.name, fs.ErrClosed)
	}
	return f()
}

// retry calls f again where a signal interrupted it.
func retry(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}
