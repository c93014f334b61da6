package arena

import (
	"usarena/alloc"
	"usarena/internal/backing"
)

// openReadOnly is OpenReadOnly of a parsed name. Its keeper only asks.
func openReadOnly(n backing.Name) (*Arena, error) {
	f, err := backing.Open(n, true)
	if err != nil {
		return nil, err
	}
	view, err := readHeader(f, n.Given)
	if err != nil {
		f.Close()
		return nil, err
	}
	k, err := newKeeper(f, true)
	if err != nil {
		f.Close()
		return nil, err
	}
	a := &Arena{name: n.Given, file: f, keeper: k}
	a.gate.init()
	err = a.mapRegion(view, 0, true)
	if err == nil {
		err = a.guarded("open", func() { a.lookup = alloc.Attach(alloc.Attachment{Region: a.region, Oracle: k}) })
	}
	if err != nil {
		if a.region != nil {
			a.region.Close()
		}
		k.Close()
		f.Close()
		return nil, err
	}
	a.region.OnLost(a.poisoned)
	a.refusal = refusal{a}
	return a, nil
}
