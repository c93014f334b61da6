package arena

import "usarena/internal/backing"

// Remove removes an arena by name. ErrBusy while live processes use it, and the
// text says which; ErrNotArena for anything that is no arena; fs.ErrNotExist.
// Damaged and newer arenas are removed as well. What dead users left does not
// matter.
func Remove(name string) error {
	n, err := backing.Parse(name)
	if err != nil {
		return err
	}
	return remove(n)
}
