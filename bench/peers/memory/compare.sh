#!/usr/bin/env bash
# make bench-compare: builds the peers and measures them and usarena in turn.
#
#   compare.sh RUNS TRACE...
#
# PEERS names those that run, WORKLOADS what they run (all, unless told
# otherwise). Every number goes to bench/results, with the
# machine, versions and build lines; so does the picture.
set -euo pipefail
cd "$(dirname "$0")/../../.."
runs=$1
shift
workloads=${WORKLOADS:-W1 W2 W3 W4 W5 W6 W7 W8}
peers=${PEERS:-boost_rb boost_seq glibc mimalloc jemalloc tcmalloc go_modernc go_heap}

packages=(g++ libboost-dev libmimalloc-dev libjemalloc-dev libgoogle-perftools-dev)
if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
	apt-get update -qq
	apt-get install -qq -y --no-install-recommends "${packages[@]}"
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"; rm -f /dev/shm/usarena-peer-"$$"-*' EXIT
export USARENA_PEER_FILE=/dev/shm/usarena-peer-$$-

raw=$dir/raw
build() { # name, then what builds it
	local name=$1
	shift
	echo "# $name: $*" | sed "s|$dir/||" >>"$raw"
	"$@"
}
cxx="g++ -std=c++17 -O2 -pthread"
from=bench/peers/memory
commands=("bin/usarena bench --raw $workloads")
build null $cxx -DNULL_PEER '-DPEER="null"' -o "$dir/null" $from/malloc.cc
commands+=("$dir/null $workloads")
for p in $peers; do
	case $p in
	boost_rb) build $p $cxx -o "$dir/$p" $from/boost.cc ;;
	boost_seq) build $p $cxx -DSEQ -o "$dir/$p" $from/boost.cc ;;
	go_*) ;;
	*)
		lib=()
		case $p in
		mimalloc | jemalloc) lib=(-l$p) ;;
		tcmalloc) lib=(-ltcmalloc_minimal) ;;
		esac
		build $p $cxx "-DPEER=\"$p\"" -o "$dir/$p" $from/malloc.cc "${lib[@]}"
		if [ $# -gt 0 ]; then
			build replay_$p $cxx "-DPEER=\"$p\"" -o "$dir/replay_$p" $from/replay.cc "${lib[@]}"
			commands+=("$dir/replay_$p $*")
		fi
		;;
	esac
	case $p in
	go_*)
		[ -x "$dir/goheap" ] || { (cd bench/peers/goheap && go build -o "$dir/goheap" .) && commands+=("$dir/goheap go_null $workloads"); }
		commands+=("$dir/goheap $p $workloads")
		;;
	boost_seq) commands+=("$dir/$p ${workloads/W3 /}") ;; # W3 takes it minutes
	*) commands+=("$dir/$p $workloads") ;;
	esac
done
[ $# -eq 0 ] || commands+=("bin/usarena replay --raw --bare $*")

{
	echo "# $(date -u +%F), commit $(git rev-parse --short HEAD), $runs rounds"
	echo "# $(uname -sr), $(nproc) processors: $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2-)"
	echo "# $(go version), $(g++ --version | head -1)"
	dpkg-query -W -f='# ${Package} ${Version}\n' "${packages[@]}" libc6
} >>"$raw"

mkdir -p bench/results
go build -o "$dir/compare" ./bench/peers/compare
"$dir/compare" -runs "$runs" -raw "$raw" -svg "$dir/svg" "${commands[@]}"
mv "$raw" bench/results/compare.txt
mv "$dir/svg" bench/results/compare.svg
