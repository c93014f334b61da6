package bench

// Peers of a result.
const (
	Ours    = "usarena"
	Null    = "usarena_null"  // the loop alone
	GoNew   = "go_new"        // Go's own heap, collected
	GoCAS   = "go_cas"        // one word, one compare-and-swap, one store
	GoMutex = "go_sync_mutex" // the standard library's, within one process
)

// Result is one number.
type Result struct {
	Workload string
	Peer     string
	Metric   string
	Value    float64
	Unit     string
}

// results collects those of one workload.
type results struct {
	workload string
	list     []Result
}

func (r *results) add(peer, metric string, value float64, unit string) {
	r.list = append(r.list, Result{r.workload, peer, metric, value, unit})
}
