// Round trips through two semaphores, and barriers of two: see signals.go.
static const double signal_time = 250e6;

// The leader's account of time in ping and barrier: a tenth warms up.
struct rounds {
	double began;
	struct tally got;
};

static int over(struct rounds *r, uint64_t n)
{
	if (n % 16 != 1)
		return 0;
	double took = now() - r->began;
	if (r->got.start == 0 && took >= signal_time / 10) {
		r->got.start = now();
		r->got.count = n - 1;
	}
	return took >= signal_time * 1.1;
}

static void finish(struct rounds *r, uint64_t n)
{
	r->got.end = now();
	r->got.count = n - r->got.count;
	t->tally[0] = r->got;
}

// One process posts the other's semaphore and waits for its own, to and fro.
static void pass(int me)
{
	meet();
	struct rounds r = {.began = now()};
	for (uint64_t n = 1;; n++) {
		int last;
		if (me == 0) {
			if ((last = over(&r, n)))
				atomic_store(&t->end, n);
			must(sem_post(&t->pong), "sem_post");
			must(sem_wait(&t->ping), "sem_wait");
		} else {
			must(sem_wait(&t->pong), "sem_wait");
			last = atomic_load(&t->end) == n;
			must(sem_post(&t->ping), "sem_post");
		}
		if (last) {
			if (me == 0)
				finish(&r, n);
			return;
		}
	}
}

static void march(int me)
{
	meet();
	struct rounds r = {.began = now()};
	for (uint64_t n = 1;; n++) {
		if (me == 0 && over(&r, n))
			atomic_store(&t->end, n);
		int err = pthread_barrier_wait(&t->barrier);
		must(err == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : err, "pthread_barrier_wait");
		if (atomic_load(&t->end) == n) {
			if (me == 0)
				finish(&r, n);
			return;
		}
	}
}

static double round_us(void)
{
	return (t->tally[0].end - t->tally[0].start) / 1e3 / t->tally[0].count;
}
