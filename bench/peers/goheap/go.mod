module usarena/bench/peers/goheap

go 1.26.0

require (
	golang.org/x/sys v0.31.0
	modernc.org/memory v1.12.1
)
