// Workloads W1 to W4 and W7, as the Go files of package bench have them
// (pairs.go, batch.go, churn.go, growth.go, workloads.go). A is an allocator:
//
//	void *alloc(size_t), void free(void *), void *grow(void *, size_t had, size_t want)
//	static constexpr bool null       it gives out one block over and over
//	static constexpr bool processes  it works between processes
#pragma once
#include "common.h"

constexpr double pair_time = 250e6, ops_cap = 6e9;
constexpr int batch_size = 1000, step_ops = 1 << 14;

// The first word of a block. Volatile: it is written and read in any case.
inline volatile uint64_t &word(void *p) { return *static_cast<volatile uint64_t *>(p); }

inline uint64_t mark(uint64_t i, void *p) { return i << 40 ^ uintptr_t(p); }

template <class A> void expect(void *p, uint64_t want)
{
	if (word(p) != want && !A::null)
		fail("memory was handed out twice");
}

template <class F> double per_op(int each, F run)
{
	long n = 1;
	for (;; n *= 2) {
		double start = now();
		run(n);
		double took = now() - start;
		if (took > pair_time / 10) {
			n = n * pair_time / took;
			break;
		}
	}
	n = n < 1 ? 1 : n;
	double start = now();
	run(n);
	return (now() - start) / n / each;
}

template <class A> void w1(A &a)
{
	for (size_t size : {16, 64, 256, 4096, 65536}) {
		void *others[100];
		for (auto &p : others)
			p = a.alloc(size);
		double ns = per_op(1, [&](long n) {
			for (long i = 0; i < n; i++) {
				void *p = a.alloc(size);
				word(p) = i;
				a.free(p);
			}
		});
		print("W1", "pair_" + std::to_string(size) + "_ns", ns);
		for (auto p : others)
			a.free(p);
	}
}

template <class A> void w2(A &a)
{
	int order[3][batch_size];
	random64 r(0);
	for (int i = 0; i < batch_size; i++) {
		order[0][i] = i;
		order[1][i] = batch_size - 1 - i;
		int j = below(r.next(), i + 1);
		order[2][i] = order[2][j];
		order[2][j] = i;
	}
	const char *names[] = {"fifo_ns", "lifo_ns", "random_ns"};
	static void *blocks[batch_size];
	for (int o = 0; o < 3; o++) {
		double ns = per_op(batch_size, [&](long n) {
			while (n-- > 0) {
				for (int i = 0; i < batch_size; i++) {
					void *p = a.alloc(64);
					word(p) = i;
					blocks[i] = p;
				}
				for (int k = 0; k < batch_size; k++) {
					int i = order[o][k];
					expect<A>(blocks[i], i);
					a.free(blocks[i]);
				}
			}
		});
		print("W2", names[o], ns);
	}
}

struct mix {
	size_t slots, lo, octaves;
};
constexpr mix small_mix{100000, 16, 6}, large_mix{1000, 4096, 8};

template <class A> struct churn {
	A &a;
	mix m;
	random64 r;
	struct slot {
		void *p;
		uint64_t size;
	};
	std::vector<slot> slots;

	churn(A &a, mix m, int worker) : a(a), m(m), r(worker), slots(m.slots)
	{
		for (size_t i = 0; i < m.slots; i++)
			put(i, log_uniform(r.next(), m.lo, m.octaves));
	}
	void put(size_t i, uint64_t size)
	{
		void *p = a.alloc(size);
		word(p) = mark(i, p);
		slots[i] = {p, size};
	}
	void run(long n)
	{
		while (n-- > 0) {
			size_t i = below(r.next(), m.slots);
			expect<A>(slots[i].p, mark(i, slots[i].p));
			a.free(slots[i].p);
			put(i, log_uniform(r.next(), m.lo, m.octaves));
		}
	}
	double live() const
	{
		double sum = 0;
		for (auto &s : slots)
			sum += s.size;
		return sum;
	}
	void drain()
	{
		for (auto &s : slots)
			a.free(s.p);
	}
};

template <class A> void churned(A &a, const char *workload, mix m, long ops, bool memory)
{
	double rss = resident();
	churn<A> c(a, m, 0);
	long done = 0;
	double start = now(), took = 0;
	while (done < ops && took < ops_cap) {
		long n = ops - done < step_ops ? ops - done : step_ops;
		if (std::string(peer) == "boost_seq")
			n = 256; // each takes 100 µs
		c.run(n);
		done += n;
		took = now() - start;
	}
	print(workload, "op_ns", took / done);
	if (memory)
		print(workload, "rss_over_live", (resident() - rss) / c.live());
	c.drain();
}

template <class A> void w7(A &a)
{
	constexpr int growths = 2000;
	std::vector<size_t> sizes;
	for (size_t z = 16; z < 1 << 20; z += z / 4)
		sizes.push_back(z);
	sizes.push_back(1 << 20);
	double start = now();
	for (int i = 0; i < growths; i++) {
		char *p = nullptr;
		size_t had = 0;
		for (size_t z : sizes) {
			p = static_cast<char *>(a.grow(p, had, z));
			memset(p + had, 0, z - had);
			asm volatile("" : : "r"(p) : "memory"); // somebody wants it
			had = z;
		}
		a.free(p);
	}
	print("W7", "growth_us", (now() - start) / 1e3 / growths);
}
