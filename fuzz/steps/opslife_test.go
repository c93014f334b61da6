//go:build linux && amd64

package steps

import "usarena/arena"

// lifeOps are about users.
func lifeOps() []*operation {
	return []*operation{{
		name: "attach", kind: heap, joins: true, long: true,
		aim: func(h *hand) (call, aim, error) {
			return func() (_ arena.Offset, err error) { h.a, err = arena.Join(h.name); return 0, err }, aim{}, nil
		},
	}, {
		// Recovers the dead user of the first slot that is free to take.
		name: "attach to a dead user's slot", kind: heap, joins: true, dead: 2, long: true,
		aim: func(h *hand) (call, aim, error) {
			return func() (_ arena.Offset, err error) { h.a, err = arena.Join(h.name); return 0, err }, aim{}, nil
		},
	}, {
		name: "detach", kind: heap, before: 40, long: true, leaves: true,
		setup: func(h *hand, n *needs) error { n.Give = h.some(h.held); return nil },
		aim: func(h *hand) (call, aim, error) {
			return func() (arena.Offset, error) { return 0, h.a.Close() }, aim{}, nil
		},
	}, {
		name: "keep", kind: heap, before: 10, dead: 4,
		setup: func(h *hand, n *needs) error {
			must(h.a.Recover(background))
			var list []arena.Offset
			for _, off := range h.a.Orphans() {
				list = append(list, off)
			}
			if len(list) == 0 {
				n.Skip = "there are no orphans"
				return nil
			}
			h.keep = pick(h.r, list)
			return nil
		},
		aim: func(h *hand) (call, aim, error) {
			off := h.keep.(arena.Offset)
			return func() (arena.Offset, error) { return 0, h.a.Keep(off) }, aim{Keeps: off}, nil
		},
	}, {
		name: "recover", kind: heap, before: 10, dead: 4, long: true, stop: true,
		aim: func(h *hand) (call, aim, error) {
			return func() (arena.Offset, error) {
				_, err := h.a.Recover(background)
				return 0, err
			}, aim{}, nil
		},
	}, {
		name: "attach after a half-done operation", kind: heap, joins: true, half: true, long: true,
		aim: func(h *hand) (call, aim, error) {
			return func() (_ arena.Offset, err error) { h.a, err = arena.Join(h.name); return 0, err }, aim{}, nil
		},
	}, {
		name: "recover a half-done operation", kind: heap, before: 5, half: true, long: true,
		aim: func(h *hand) (call, aim, error) {
			return func() (arena.Offset, error) { _, err := h.a.Recover(background); return 0, err }, aim{}, nil
		},
	}}
}
