package worker

// CloseInput is what a worker sees when its starter dies.
func (p *Proc) CloseInput() { p.in.Close() }
