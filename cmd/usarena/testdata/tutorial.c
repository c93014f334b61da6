// The tutorial's pair in C, for the tests: same key, same bytes in memory, same lines.
//
//	tutorial write|read KEY MILLISECONDS
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

struct shared {
	int cnt;
	int complete;
	char buf[1024];
};

static int writer(int id, volatile struct shared *s, int pause)
{
	for (int i = 0; i < 5; i++) {
		memset((void *)s->buf, 'A' + i, sizeof s->buf - 1);
		s->buf[sizeof s->buf - 1] = 0;
		s->cnt = (int)strlen((const char *)s->buf);
		s->complete = 0;
		printf("Writing Process: Shared Memory Write: Wrote %d bytes\n", s->cnt);
		fflush(stdout);
		usleep(pause * 1000);
	}
	printf("Writing Process: Wrote %d times\n", 5);
	s->complete = 1;
	if (shmdt((void *)s) == -1 || shmctl(id, IPC_RMID, NULL) == -1)
		return 1;
	printf("Writing Process: Complete\n");
	return 0;
}

static int reader(volatile struct shared *s, int pause)
{
	while (s->complete != 1) {
		printf("segment contains : \n\"%s\"\n", (const char *)s->buf);
		printf("Reading Process: Shared Memory: Read %d bytes\n", s->cnt);
		usleep(pause * 1000);
	}
	printf("Reading Process: Reading Done, Detaching Shared Memory\n");
	if (shmdt((void *)s) == -1)
		return 1;
	printf("Reading Process: Complete\n");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	int id = shmget((key_t)strtoul(argv[2], NULL, 0), sizeof(struct shared), 0644 | IPC_CREAT);
	void *p = id == -1 ? (void *)-1 : shmat(id, NULL, 0);
	if (p == (void *)-1)
		return 1;
	return strcmp(argv[1], "write") == 0 ? writer(id, p, atoi(argv[3])) : reader(p, atoi(argv[3]));
}
