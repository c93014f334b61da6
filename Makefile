# Bare make prints the targets. Variables may be set on the command line:
#   make bench WORKLOADS="W1 W3"     make demo PROCS=8 SECONDS=30

GO        ?= go
PKGS      ?= ./...
TESTFLAGS ?=
PROCS     ?= 4
SECONDS   ?= 8
WORKLOADS ?=
RUNS      ?= 5
TRACES    ?= testdata/gcc.rep.gz testdata/perl.rep.gz
FUZZTIME  ?= 20s
SOAK      ?= 600
KILLS     ?= 200000

# Packages with tests over memory of Go's own heap: the race detector and
# checkptr see nothing of mapped memory.
HEAPED    ?= ./sync/... ./internal/robust/... ./alloc/... ./info/... ./config/... ./internal/layout/... ./internal/region/... ./internal/trace/... ./internal/worker/...

# Packages whose tests give parts of a mapping back, which the tag invariants
# changes: nothing else comes to lie there, so a late access faults. All others:
# make invariants MAPPED=./...
MAPPED    ?= ./arena/... ./alloc ./internal/region ./internal/robust ./sync ./us ./fuzz/errors ./fuzz/storm

# Backings that arenas of tests lie on, and the packages that test them there. A file
# in shared memory is what make test uses.
BACKINGS  ?= file shm memfd sysv
BACKED    ?= ./arena/... ./alloc ./sync ./us ./info ./fuzz/storm

# Everything but models and controls: the former run none of the code that word
# size changes, the latter build it by themselves.
CODE = $(shell $(GO) list $(PKGS) | grep -v -e /fuzz/model -e /fuzz/controls)

.PHONY: help build test test386 test-backings invariants portable race vet demo bench gobench bench-locks bench-compare fuzz storm steps ops image flips errors locks linear torture models soak clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: bin/usarena ## the command, as bin/usarena

.PHONY: bin/usarena
bin/usarena:
	$(GO) build -o $@ ./cmd/usarena

test: ## all tests
	$(GO) test $(TESTFLAGS) $(PKGS)

test386: ## all tests, built for 32 bits
	@if ! GOARCH=386 $(GO) test -run '^$$' ./internal/futex 2>&1 | grep -q 'exec format error'; then \
		GOARCH=386 $(GO) test $(TESTFLAGS) $(CODE); \
	else \
		echo "NOT RUN: this machine runs no 32-bit programs. Their tests are built only." && \
		GOARCH=386 $(GO) test -exec true -run '^$$' $(CODE) >/dev/null; \
	fi

test-backings: ## the tests of arenas and what is in them, on each of BACKINGS
	@for b in $(BACKINGS); do \
		echo "on $$b"; USARENA_TEST_BACKING=$$b $(GO) test $(TESTFLAGS) $(BACKED) || exit 1; \
	done

invariants: ## tests of what gives memory back, with nothing ever mapped in its place
	$(GO) test -tags invariants $(TESTFLAGS) $(MAPPED)

portable: ## the heap without pinned processors
	$(GO) test -tags usarena_portable $(TESTFLAGS) ./alloc/... ./arena/... ./fuzz/storm

race: ## tests over heap memory with the race detector and checkptr
	$(GO) test -race $(TESTFLAGS) $(HEAPED)

vet: ## gofmt and go vet, for amd64, 386 and arm64
	@out=$$(gofmt -l .); if [ -n "$$out" ]; then echo "not gofmt-clean:"; echo "$$out"; exit 1; fi
	$(GO) vet $(PKGS)
	GOARCH=386 $(GO) vet $(PKGS)
	GOARCH=arm64 $(GO) vet $(PKGS)

demo: build ## processes share a heap for some seconds, and account for it
	@bin/usarena demo --procs $(PROCS) --seconds $(SECONDS)

bench: build ## the workloads, as numbers of this machine
	bin/usarena bench $(WORKLOADS)

gobench: ## the same as Go benchmarks, for benchstat
	$(GO) test ./bench -run '^$$' -bench . -count 5

bench-locks: build ## W9 beside the locks of POSIX, RUNS times in turn; needs gcc
	@command -v gcc >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends gcc libc6-dev; }
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
		gcc -O2 -Wall -pthread -o "$$dir/locks" bench/peers/locks.c && \
		$(GO) run ./bench/peers/compare -runs $(RUNS) "bin/usarena bench --raw W9" "$$dir/locks"

bench-compare: build ## W1 to W8 and TRACES beside Boost.Interprocess, glibc, mimalloc, jemalloc, tcmalloc, modernc.org/memory and Go's heap, RUNS times in turn; needs g++ and Debian's packages
	@bench/peers/memory/compare.sh $(RUNS) $(TRACES)

fuzz: ## every fuzz target for FUZZTIME
	@for p in $$($(GO) list $(PKGS)); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; \
	done

storm: ## long: processes killed, stopped, joining and growing for minutes
	$(GO) test ./fuzz/storm -count 1 -timeout 30m -v -args -storm.rounds=500 -storm.seconds=30 -storm.max=4GiB

steps: ## long: every instruction of every operation from 25 start states, 30 kills in each, stops of a second, planted bugs
	$(GO) test ./fuzz/steps -count 1 -timeout 120m -v -args -steps.states=25 -steps.kills=30 -steps.stops=10 -steps.stop=1s -steps.planted

ops: ## long: 10,000 random histories of four processes against a plain map
	$(GO) test ./fuzz/ops -run TestOps -count 1 -timeout 60m -args -rapid.checks=10000

image: ## long: any bytes as an arena, for half an hour
	$(GO) test ./fuzz/image -run '^$$' -fuzz '^FuzzImage$$' -fuzztime 30m -parallel 1

flips: ## long: every bit of a small arena's metadata, every value of its header; metadata written over in use
	$(GO) test ./fuzz/image -run 'TestFlips|TestScribbled' -count 1 -timeout 2h -v -args -image.flips -image.scribbles=1000

errors: ## long: every system call fails with every errno; small disks filled 10,000 times
	$(GO) test ./fuzz/errors -count 1 -timeout 60m -v -args -errors.all -errors.fills=10000

locks: ## long: 20,000 processes killed in locks, semaphores, barriers; word sizes for half a minute each
	$(GO) test ./fuzz/locks -count 1 -timeout 60m -v -args -locks.kills=20000 -locks.seconds=30

linear: ## long: 11,000 histories of several processes, half of them with a killed one
	$(GO) test ./fuzz/linear -count 1 -timeout 60m -v -args -linear.histories=1000

torture: ## long: KILLS processes killed at any moment, every byte accounted for; a tenth of that with both word sizes
	$(GO) test ./fuzz/torture -count 1 -timeout 24h -v -args -torture.kills=$(KILLS) -torture.words=$$(($(KILLS) / 10)) -torture.seconds=0 -torture.progress

models: ## long: larger models of locks and their kin; takes minutes and 5 GB
	$(GO) test ./fuzz/model -run 'TestLocks|TestSemas|TestUndos|TestPolls|TestBarriers|TestRWLocks' -count 1 -timeout 30m -v -args -model.large

soak: build ## long: demo and replay with many processes for SOAK seconds each
	bin/usarena demo --procs 16 --seconds $(SOAK)
	end=$$(($$(date +%s) + $(SOAK))); while [ $$(date +%s) -lt $$end ]; do \
		bin/usarena replay --procs 8 --threads 2 testdata/*.rep.gz || exit 1; done

clean: ## remove what was built
	rm -rf bin
