package region

import "usarena/internal/layout"

// settledWords is how much is remembered of which parts of the tenants exist.
// What is forgotten is made to exist once more, which changes nothing.
const settledWords = 256

// SettleTenants makes the tenants of page exist in the file, so that a store
// into them cannot fail. errs.NoSpace as Reserve; nothing has changed then.
func (r *Region) SettleTenants(page uint64) error {
	if r.reserve == nil || r.Geo.Packed() {
		return nil
	}
	part := page/layout.TenantPages + 1 // 0 is none
	known := &r.settled[part%settledWords]
	if known.Load() == part {
		return nil
	}
	if err := r.reserve.Reserve([]layout.Piece{r.Geo.TenantPiece(page)}); err != nil {
		return err
	}
	known.Store(part)
	return nil
}
