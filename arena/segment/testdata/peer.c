// A C program on the other side of segments, for the tests. It prints what the C
// library tells, as "name value" lines, and exits with errno.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *what)
{
	int e = errno;
	fprintf(stderr, "%s: %s\n", what, strerror(e));
	return e;
}

static long long number(const char *s) { return strtoll(s, NULL, 0); }

static int get(char **a)
{
	int id = shmget((key_t)number(a[0]), number(a[1]), (int)number(a[2]));
	if (id == -1)
		return fail("shmget");
	printf("id %d\n", id);
	return 0;
}

static int stat_id(char **a)
{
	struct shmid_ds d;
	if (shmctl((int)number(a[0]), IPC_STAT, &d) == -1)
		return fail("shmctl");
	printf("key %u\nuid %u\ngid %u\ncuid %u\ncgid %u\nmode %o\nseq %u\n", (unsigned)d.shm_perm.__key, d.shm_perm.uid, d.shm_perm.gid,
	       d.shm_perm.cuid, d.shm_perm.cgid, d.shm_perm.mode, (unsigned)d.shm_perm.__seq);
	printf("segsz %zu\natime %lld\ndtime %lld\nctime %lld\ncpid %d\nlpid %d\nnattch %lu\n", d.shm_segsz, (long long)d.shm_atime, (long long)d.shm_dtime,
	       (long long)d.shm_ctime, d.shm_cpid, d.shm_lpid, (unsigned long)d.shm_nattch);
	return 0;
}

static int poke(char **a)
{
	char *p = shmat((int)number(a[0]), NULL, 0);
	if (p == (void *)-1)
		return fail("shmat");
	strcpy(p + number(a[1]), a[2]);
	return shmdt(p) == 0 ? 0 : fail("shmdt");
}

static int peek(char **a)
{
	char *p = shmat((int)number(a[0]), NULL, SHM_RDONLY);
	if (p == (void *)-1)
		return fail("shmat");
	printf("text %s\n", p + number(a[1]));
	return shmdt(p) == 0 ? 0 : fail("shmdt");
}

static int rm(char **a) { return shmctl((int)number(a[0]), IPC_RMID, NULL) == 0 ? 0 : fail("shmctl"); }

static int limits(char **a)
{
	struct shminfo i;
	struct shm_info u;
	(void)a;
	if (shmctl(0, IPC_INFO, (struct shmid_ds *)&i) == -1 || shmctl(0, SHM_INFO, (struct shmid_ds *)&u) == -1)
		return fail("shmctl");
	printf("shmmax %llu\nshmmin %llu\nshmmni %llu\nshmseg %llu\nshmall %llu\nused_ids %d\nshm_tot %llu\n", (unsigned long long)i.shmmax, (unsigned long long)i.shmmin,
	       (unsigned long long)i.shmmni, (unsigned long long)i.shmseg, (unsigned long long)i.shmall, u.used_ids, (unsigned long long)u.shm_tot);
	return 0;
}

static int key(char **a)
{
	key_t k = ftok(a[0], (int)number(a[1]));
	if (k == -1)
		return fail("ftok");
	printf("key %u\n", (unsigned)k);
	return 0;
}

static int posix_write(char **a)
{
	size_t n = number(a[1]);
	int fd = shm_open(a[0], O_RDWR | O_CREAT, 0640);
	if (fd == -1)
		return fail("shm_open");
	if (ftruncate(fd, n) == -1)
		return fail("ftruncate");
	char *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return fail("mmap");
	strcpy(p, a[2]);
	return 0;
}

static int posix_read(char **a)
{
	struct stat st;
	int fd = shm_open(a[0], O_RDONLY, 0);
	if (fd == -1)
		return fail("shm_open");
	if (fstat(fd, &st) == -1)
		return fail("fstat");
	char *p = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return fail("mmap");
	printf("size %lld\nmode %o\ntext %s\n", (long long)st.st_size, st.st_mode & 0777, p);
	return 0;
}

static int posix_unlink(char **a) { return shm_unlink(a[0]) == 0 ? 0 : fail("shm_unlink"); }

static int file_read(char **a)
{
	struct stat st;
	int fd = open(a[0], O_RDONLY);
	if (fd == -1 || fstat(fd, &st) == -1)
		return fail("open");
	char *p = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return fail("mmap");
	printf("size %lld\ntext %s\n", (long long)st.st_size, p);
	return 0;
}

static struct {
	const char *name;
	int args;
	int (*f)(char **);
} commands[] = {
	{"get", 3, get}, {"stat", 1, stat_id}, {"poke", 3, poke}, {"peek", 2, peek}, {"rm", 1, rm}, {"limits", 0, limits}, {"ftok", 2, key},
	{"posix-write", 3, posix_write}, {"posix-read", 1, posix_read}, {"posix-unlink", 1, posix_unlink}, {"file-read", 1, file_read},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (argc > 1 && strcmp(argv[1], commands[i].name) == 0 && argc == commands[i].args + 2)
			return commands[i].f(argv + 2);
	fprintf(stderr, "peer: what?\n");
	return 255;
}
