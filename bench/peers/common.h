// What the loops of locks.c and signals.h stand on: the memory that both
// processes see, the clock, the work inside a lock, and the two processes.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FREE = -1 };

struct tally {
	double start, end;
	uint64_t count;
};

// What both processes see. Whatever is written by both has lines of its own.
struct table {
	_Alignas(64) atomic_uint_fast64_t arrived; // processes that are there
	_Alignas(64) atomic_uint_fast64_t end;     // 0, or: it is over; of signals: the round that is the last
	_Alignas(64) uint64_t total;               // these four are changed inside the lock only
	uint64_t changes, last, work;
	_Alignas(64) pthread_mutex_t pshared;
	_Alignas(64) pthread_mutex_t robust;
	_Alignas(64) sem_t sem;
	_Alignas(64) sem_t ping;
	_Alignas(64) sem_t pong;
	_Alignas(64) pthread_barrier_t barrier;
	_Alignas(64) struct tally tally[2];
};
static struct table *t;

static void must(int err, const char *what)
{
	if (err == 0)
		return;
	fprintf(stderr, "locks: %s: %s\n", what, strerror(err == -1 ? errno : err));
	exit(2);
}

static double now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

// As pin in Go: place 0 is CPU 1, place 1 is CPU 0.
static void pin(int place)
{
	cpu_set_t set;
	if (place == FREE)
		return;
	CPU_ZERO(&set);
	CPU_SET(1 - (place & 1), &set);
	sched_setaffinity(0, sizeof set, &set); // best effort
}

// As spin and turns in Go: what comes out of one call goes into the next.
static __attribute__((noinline)) uint32_t spin(uint32_t x, uint32_t n)
{
	while (n-- > 0)
		x = x * 1664525 + 1013904223;
	__asm__ volatile("" : : "r"(x)); // somebody wants it
	return x;
}

static uint32_t turns(double ns)
{
	const uint32_t trial = 100000;
	double best = 3600e9;
	uint32_t x = 1;
	for (int i = 0; i < 20; i++) {
		double start = now();
		x = spin(x, trial);
		double took = now() - start;
		if (took < best)
			best = took;
	}
	return ns * trial / best + 0.5;
}

static void meet(void)
{
	atomic_fetch_add(&t->arrived, 1);
	for (unsigned i = 1; atomic_load(&t->arrived) < 2; i++)
		if (i % 4096 == 0)
			sched_yield();
}

// As enter in Go: what is done inside the lock.
static inline void enter(uint64_t who, uint32_t work)
{
	t->total++;
	if (t->last != who) {
		t->last = who;
		t->changes++;
	}
	t->work = spin(t->work, work);
}

// A child that dies with its parent, or by itself when it hangs.
static pid_t child(int place)
{
	fflush(stdout);
	pid_t pid = fork();
	must(pid < 0 ? -1 : 0, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(60);
		pin(place);
	}
	return pid;
}

static void gone(int n)
{
	while (n-- > 0) {
		int status;
		must(wait(&status) < 0 ? -1 : 0, "wait");
		if (status != 0) {
			fprintf(stderr, "locks: a process ended with status %#x\n", status);
			exit(2);
		}
	}
}

// Two processes do a thing at places a and b.
#define BOTH(a, b, work)                                                       \
	do {                                                                   \
		t->arrived = t->end = t->total = t->changes = t->last = 0;     \
		for (int me = 0; me < 2; me++)                                 \
			if (child(me == 0 ? a : b) == 0) {                     \
				work;                                          \
				_exit(0);                                      \
			}                                                      \
		gone(2);                                                       \
	} while (0)

static void print(const char *peer, const char *metric, double value)
{
	printf("W9 %s %s %.*f\n", peer, metric, value >= 1000 ? 0 : 4, value);
}
