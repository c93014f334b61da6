package torture

// keep makes an orphan an ordinary block of the arena, which goes on as nobody's.
func (s *storm) keep(off uint64, e entry) bool { return false }
