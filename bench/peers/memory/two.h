// Workloads W5 and W6: two workers on one heap, as several.go and ring.go have
// them.
#pragma once
#include "loops.h"

constexpr long share_ops = 2500000, ring_total = 3000000;

template <class A> double share(A &a, int workers)
{
	auto *m = shared<meeting>();
	long ops = std::string(peer) == "boost_seq" ? 5000 : share_ops;
	together(A::processes, workers, [&a, m, workers, ops](int me) {
		churn<A> c(a, small_mix, me);
		m->meet(workers);
		m->start[me] = now();
		c.run(ops);
		m->end[me] = now();
		c.drain();
	});
	return double(ops) * workers / m->took(workers) * 1e9;
}

template <class A> void w5(A &a)
{
	double one = share(a, 1), two = share(a, 2);
	print("W5", "ops1_per_s", one);
	print("W5", "ops2_per_s", two);
	print("W5", "scaling", two / one);
}

struct ring {
	static constexpr uint64_t items = 1024, batch = 16;
	alignas(64) std::atomic<uint64_t> head; // items put in
	alignas(64) std::atomic<uint64_t> tail; // items taken out
	alignas(64) uint64_t at[items];
	meeting m;
};

inline uint64_t at_least(std::atomic<uint64_t> &count, uint64_t n)
{
	for (unsigned i = 1;; i++) {
		uint64_t c = count.load(std::memory_order_acquire);
		if (c >= n)
			return c;
		if (i % 4096 == 0)
			sched_yield();
	}
}

template <class A> void produce(A &a, ring *q)
{
	random64 r(0);
	uint64_t room = ring::items;
	for (uint64_t i = 0; i < ring_total; i++) {
		if (i == room)
			room = at_least(q->tail, i + 1 - ring::items) + ring::items;
		void *p = a.alloc(64 + below(r.next(), 193));
		word(p) = mark(i, p);
		q->at[i % ring::items] = a.ref(p);
		if ((i + 1) % ring::batch == 0)
			q->head.store(i + 1, std::memory_order_release);
	}
	q->head.store(ring_total, std::memory_order_release);
}

template <class A> void consume(A &a, ring *q)
{
	uint64_t there = 0;
	for (uint64_t i = 0; i < ring_total; i++) {
		if (i == there)
			there = at_least(q->head, i + 1);
		void *p = a.deref(q->at[i % ring::items]);
		expect<A>(p, mark(i, p));
		a.free(p);
		if ((i + 1) % ring::batch == 0)
			q->tail.store(i + 1, std::memory_order_release);
	}
	q->tail.store(ring_total, std::memory_order_release);
}

template <class A> void w6(A &a)
{
	auto *q = shared<ring>();
	together(A::processes, 2, [&a, q](int me) {
		q->m.meet(2);
		q->m.start[me] = now();
		me == 0 ? produce(a, q) : consume(a, q);
		q->m.end[me] = now();
	});
	print("W6", "items_per_s", ring_total / q->m.took(2) * 1e9);
}

// measure runs the workloads that are named, in this process, on CPU 1.
template <class A> int measure(A &a, int n, char **names)
{
	pin(0);
	for (int i = 0; i < n; i++) {
		std::string w = names[i];
		if (w == "W1")
			w1(a);
		else if (w == "W2")
			w2(a);
		else if (w == "W3")
			churned(a, "W3", small_mix, 5000000, true);
		else if (w == "W4")
			churned(a, "W4", large_mix, 200000, false);
		else if (w == "W5")
			w5(a);
		else if (w == "W6")
			w6(a);
		else if (w == "W7")
			w7(a);
	}
	return 0;
}
