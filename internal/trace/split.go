package trace

// Split deals the operations of a trace out to n threads by id, so that the
// operations of one id stay with one thread and in order.
func (t *Trace) Split(n int) [][]Op {
	if n <= 1 {
		return [][]Op{t.Ops}
	}
	shares := make([][]Op, n)
	for _, op := range t.Ops {
		i := int(op.ID) % n
		shares[i] = append(shares[i], op)
	}
	return shares
}
