// Workload W9 with what C programs use in place of package sync: mutexes,
// robust mutexes, semaphores and barriers of POSIX that lie in a mapping of two
// processes. The loops, the work inside, the times and the CPUs are those of the
// Go files of package bench (locks.go, signals.go, w9.go), and so are the names
// of the metrics. Prints a line a number: W9 peer metric value.
//
// Built and run by make bench-locks; nothing else needs a C compiler.
#define _GNU_SOURCE
#include "common.h"
#include "signals.h"

enum { SLICES = 9 };
static const double section_work = 50, alone_time = 250e6, contend_time = 500e6;

// The loops of one kind of lock.
#define LOCK(name, take, give)                                                 \
	static void alone_##name(long n)                                       \
	{                                                                      \
		while (n-- > 0) {                                              \
			must(take, #take);                                     \
			must(give, #give);                                     \
		}                                                              \
	}                                                                      \
	static void contend_##name(int me, uint32_t inside, uint32_t outside)  \
	{                                                                      \
		meet();                                                        \
		double start = now();                                          \
		uint64_t n = 0;                                                \
		uint32_t x = 1;                                                \
		for (; atomic_load(&t->end) == 0; n++) {                       \
			if (n % 256 == 0 && now() - start >= contend_time)     \
				atomic_store(&t->end, 1);                      \
			must(take, #take);                                     \
			enter(me + 1, inside);                                 \
			must(give, #give);                                     \
			x = spin(x, outside);                                  \
		}                                                              \
		t->tally[me] = (struct tally){start, now(), n};                \
	}

LOCK(pshared, pthread_mutex_lock(&t->pshared), pthread_mutex_unlock(&t->pshared))
LOCK(robust, pthread_mutex_lock(&t->robust), pthread_mutex_unlock(&t->robust))
LOCK(sem, sem_wait(&t->sem), sem_post(&t->sem))

static struct peer {
	const char *name;
	void (*alone)(long n);
	void (*contend)(int me, uint32_t inside, uint32_t outside);
} peers[] = {
	{"pthread_pshared", alone_pshared, contend_pshared},
	{"pthread_robust", alone_robust, contend_robust},
	{"posix_sem", alone_sem, contend_sem},
};
enum { PEERS = sizeof peers / sizeof peers[0] };

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

// As inTurn in Go: the peers slice by slice in turn, and each one's median.
static void uncontended(void)
{
	long n[PEERS];
	double ns[PEERS][SLICES];
	for (int p = 0; p < PEERS; p++) {
		for (n[p] = 1;; n[p] *= 2) {
			double start = now();
			peers[p].alone(n[p]);
			double took = now() - start;
			if (took > alone_time / SLICES / 10) {
				n[p] *= alone_time / SLICES / took;
				break;
			}
		}
	}
	for (int s = 0; s < SLICES; s++)
		for (int p = 0; p < PEERS; p++) {
			double start = now();
			peers[p].alone(n[p]);
			ns[p][s] = (now() - start) / n[p];
		}
	for (int p = 0; p < PEERS; p++) {
		qsort(ns[p], SLICES, sizeof ns[p][0], ascending);
		print(peers[p].name, "uncontended_ns", ns[p][SLICES / 2]);
	}
}

static void contended(uint32_t inside, uint32_t outside)
{
	for (int p = 0; p < PEERS; p++) {
		BOTH(0, 1, peers[p].contend(me, inside, outside));
		struct tally *a = &t->tally[0], *b = &t->tally[1];
		uint64_t all = a->count + b->count, less = a->count < b->count ? a->count : b->count;
		double first = a->start < b->start ? a->start : b->start, last = a->end > b->end ? a->end : b->end;
		double seconds = (last - first) / 1e9;
		if (all != t->total) {
			fprintf(stderr, "locks: %s: two were inside at the same time\n", peers[p].name);
			exit(2);
		}
		char metric[64];
		const char *prefix = outside ? "cs50_out50" : "cs50";
		snprintf(metric, sizeof metric, "%s_locks_per_s", prefix);
		print(peers[p].name, metric, all / seconds);
		snprintf(metric, sizeof metric, "%s_handovers_per_s", prefix);
		print(peers[p].name, metric, t->changes / seconds);
		snprintf(metric, sizeof metric, "%s_min_share", prefix);
		print(peers[p].name, metric, (double)less / all);
	}
}

int main(void)
{
	t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(t == MAP_FAILED ? -1 : 0, "mmap");
	pthread_mutexattr_t m;
	pthread_barrierattr_t b;
	must(pthread_mutexattr_init(&m), "pthread_mutexattr_init");
	must(pthread_mutexattr_setpshared(&m, PTHREAD_PROCESS_SHARED), "pthread_mutexattr_setpshared");
	must(pthread_mutex_init(&t->pshared, &m), "pthread_mutex_init");
	must(pthread_mutexattr_setrobust(&m, PTHREAD_MUTEX_ROBUST), "pthread_mutexattr_setrobust");
	must(pthread_mutex_init(&t->robust, &m), "pthread_mutex_init");
	must(sem_init(&t->sem, 1, 1), "sem_init");
	must(sem_init(&t->ping, 1, 0), "sem_init");
	must(sem_init(&t->pong, 1, 0), "sem_init");
	must(pthread_barrierattr_init(&b), "pthread_barrierattr_init");
	must(pthread_barrierattr_setpshared(&b, PTHREAD_PROCESS_SHARED), "pthread_barrierattr_setpshared");
	must(pthread_barrier_init(&t->barrier, &b, 2), "pthread_barrier_init");

	if (child(0) == 0) {
		uncontended();
		fflush(stdout);
		_exit(0);
	}
	gone(1);
	uint32_t work = turns(section_work);
	contended(work, 0);
	contended(work, work);
	BOTH(0, 1, pass(me));
	print("posix_sem", "pingpong_cross_us", round_us());
	BOTH(0, 0, pass(me));
	print("posix_sem", "pingpong_same_us", round_us());
	BOTH(FREE, FREE, pass(me));
	print("posix_sem", "pingpong_free_us", round_us());
	BOTH(0, 1, march(me));
	print("pthread_barrier_pshared", "barrier_us", round_us());
	return 0;
}
