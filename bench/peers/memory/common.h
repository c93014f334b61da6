// What the loops stand on: the random numbers of random.go, the clock, the CPUs
// of pin.go, processes or threads that begin together, and the lines that are
// printed.
#pragma once
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

struct random64 {
	uint64_t x;
	explicit random64(int worker) : x(88172645463325252u + uint64_t(worker) * 0x9E3779B97F4A7C15u) {}
	uint64_t next()
	{
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		return x;
	}
};

inline uint64_t below(uint64_t r, uint64_t n) { return ((r >> 32) * n) >> 32; }

inline uint64_t log_uniform(uint64_t r, uint64_t lo, uint64_t octaves)
{
	uint64_t base = lo << ((r >> 32) % octaves);
	return base + (r & (base - 1));
}

inline double now() // ns
{
	timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

// As pin in Go: worker 0 runs on CPU 1, worker 1 on CPU 0. Best effort.
inline void pin(int worker)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(1 - (worker & 1), &set);
	sched_setaffinity(0, sizeof set, &set);
}

inline std::string leftover; // a file that must not stay

[[noreturn]] inline void fail(const char *what)
{
	fprintf(stderr, "memory: %s\n", what);
	if (!leftover.empty())
		unlink(leftover.c_str());
	_exit(2);
}

inline double resident() // bytes
{
	long size = 0, rss = 0;
	if (FILE *f = fopen("/proc/self/statm", "r")) {
		if (fscanf(f, "%ld %ld", &size, &rss) != 2)
			rss = 0;
		fclose(f);
	}
	return double(rss) * 4096;
}

inline const char *peer; // name of the allocator

inline void print(const char *workload, const std::string &metric, double value)
{
	printf("%s %s %s %.*f\n", workload, peer, metric.c_str(), value >= 1000 ? 0 : 4, value);
	fflush(stdout);
}

// What two workers share, besides memory that is allocated.
struct meeting {
	alignas(64) std::atomic<int> arrived;
	alignas(64) double start[2], end[2];
	void meet(int workers)
	{
		arrived++;
		for (unsigned i = 1; arrived < workers; i++)
			if (i % 4096 == 0)
				sched_yield();
	}
	double took(int workers) const
	{
		double first = start[0], last = end[0];
		for (int i = 1; i < workers; i++) {
			first = start[i] < first ? start[i] : first;
			last = end[i] > last ? end[i] : last;
		}
		return last - first;
	}
};

// Memory that children see, for meetings and rings.
template <class T> T *shared()
{
	void *p = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		fail("mmap");
	return new (p) T{};
}

// together lets workers do a thing at the same time: processes where the
// allocator can, else threads.
template <class F> void together(bool processes, int workers, F work)
{
	if (!processes) {
		std::vector<std::thread> all;
		for (int i = 0; i < workers; i++)
			all.emplace_back([=] { pin(i), work(i); });
		for (auto &t : all)
			t.join();
		return;
	}
	fflush(stdout);
	for (int i = 0; i < workers; i++)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			pin(i);
			work(i);
			_exit(0);
		}
	for (int i = 0; i < workers; i++) {
		int status;
		if (wait(&status) < 0 || status != 0)
			fail("a worker ended badly");
	}
}
