package repair

import "usarena/internal/layout"

// guesses are headers with everything set that follows from MaxSize and Users, as
// they are, or as the places of the zones say that they were.
func guesses(h *layout.Header) (list []*layout.Header) {
	sizes, users := []uint64{h.MaxSize}, []uint64{uint64(h.Users)}
	if n := (h.LedgersOff - h.UsersOff) / layout.UserSize; n != users[0] && n > 0 && n <= layout.MaxUsers {
		users = append(users, n)
	}
	for _, u := range users {
		for _, size := range append(sizes, sizeFor(h.MaxPages, u)) {
			if u == 0 || u > layout.MaxUsers || size > layout.MaxArena {
				continue
			}
			g, err := layout.Plan(size, u)
			if err != nil {
				continue
			}
			c := layout.CopyHeader(h)
			c.MaxSize = size
			c.Incompat &= layout.KnownIncompat
			c.Place(&g)
			spare(c)
			c.Checksum = h.Checksum
			list = append(list, c)
		}
	}
	return list
}

// sizeFor is the least ceiling with so many pages; 0 if there is none.
func sizeFor(pages, users uint64) uint64 {
	if pages == 0 || pages > layout.MaxArena>>layout.PageShift || users == 0 || users > layout.MaxUsers {
		return 0
	}
	// The metadata of an arena of so many pages, whatever its exact ceiling.
	lo, hi := pages<<layout.PageShift, uint64(layout.MaxArena)
	for lo < hi {
		mid := lo + (hi-lo)/2
		if g, err := layout.Plan(mid, users); err == nil && g.MaxPages >= pages {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// differing counts the places of zones, and the numbers that they follow from, that are
// not the same in both. Beyond mostDiffering there is no telling.
func differing(c, h *layout.Header) (n int) {
	const from, to = 0x60 / 8, 0xc0 / 8
	a, b := constsOf(c), constsOf(h)
	for i := from; i < to; i++ {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

const mostDiffering = 3

// likelier says that less was damaged in h if it was c than if it was d. Of two between
// which nothing decides, the larger one loses nothing.
func likelier(c, d, h *layout.Header) bool {
	damage := func(x *layout.Header) (n int) {
		if n = differing(x, h); x.MaxSize != h.MaxSize {
			n++
		}
		if x.Users != h.Users {
			n++
		}
		return n
	}
	if a, b := damage(c), damage(d); a != b {
		return a < b
	}
	return c.MaxPages > d.MaxPages
}
