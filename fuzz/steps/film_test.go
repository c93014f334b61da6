//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
)

// film steps through the operation and takes every image that is new. The last
// is that of its end.
func (s *scene) film() (list []*image, err error) {
	if err := s.hush(true); err != nil {
		return nil, err
	}
	defer s.hush(false)
	w, err := newWatch(s.name, s.op.kind.cfg, pagesOf(s.things.Lock, s.things.Sema, s.things.Barrier, s.things.RWLock, s.aim.Cell))
	if err != nil {
		return nil, err
	}
	defer w.close()
	w.fresh()
	if s.first, err = w.take(0); err != nil {
		return nil, err
	}
	list = append(list, s.first)
	for st := stepped; st != marked; {
		if st, err = s.tr.step(); err != nil {
			return nil, err
		}
		if st == ended {
			return nil, fmt.Errorf("the hand ended at instruction %d", s.tr.steps)
		}
		if w.changed() && w.fresh() {
			m, err := w.take(s.tr.steps)
			if err != nil {
				return nil, err
			}
			list = append(list, m)
		}
	}
	last, err := w.take(s.tr.steps)
	if err != nil {
		return nil, err
	}
	last.end = true
	list = append(list, last)
	if err := s.tr.letGo(false); err != nil {
		return nil, err
	}
	var d done
	if err := s.hand.hear(&d); err != nil {
		return nil, err
	}
	if d.Err != "" {
		return nil, errors.New(d.Err)
	}
	return list, nil
}
