// Replays traces (see package internal/trace) with malloc. Prints nanoseconds per
// operation; reading the trace is not counted.
//
//	replay gcc.rep.gz ...
#include "common.h"

struct op {
	char kind;
	uint32_t id;
	size_t align, size;
};

static std::vector<op> read(const std::string &path, unsigned long &ids)
{
	FILE *f = popen(("zcat '" + path + "'").c_str(), "r");
	unsigned long peak, count, one;
	if (f == nullptr || fscanf(f, "%lu %lu %lu %lu", &peak, &ids, &count, &one) != 4)
		fail("that is no trace");
	std::vector<op> ops(count);
	for (auto &o : ops) {
		unsigned long id;
		if (fscanf(f, " %c %lu", &o.kind, &id) != 2)
			fail("the trace ends early");
		o.id = id;
		if ((o.kind == 'm' && fscanf(f, "%zu", &o.align) != 1) || (o.kind != 'f' && fscanf(f, "%zu", &o.size) != 1))
			fail("a line of the trace is wrong");
	}
	pclose(f);
	return ops;
}

static void replay(const std::string &path)
{
	unsigned long ids;
	auto ops = read(path, ids);
	std::vector<void *> blocks(ids);
	double start = now();
	for (auto &o : ops) {
		void *&b = blocks[o.id];
		switch (o.kind) {
		case 'a':
			b = malloc(o.size);
			break;
		case 'm':
			b = aligned_alloc(o.align, (o.size + o.align - 1) / o.align * o.align);
			break;
		case 'r':
			b = realloc(b, o.size);
			break;
		case 'f':
			free(b);
			b = nullptr;
		}
	}
	double took = now() - start;
	for (auto b : blocks)
		free(b);
	std::string name = path.substr(path.rfind('/') + 1);
	print("replay", name.substr(0, name.find('.')) + "_ns", took / ops.size());
}

int main(int n, char **args)
{
	peer = PEER;
	pin(0);
	for (int i = 1; i < n; i++)
		replay(args[i]);
	return 0;
}
