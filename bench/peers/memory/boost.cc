// Workloads W1 to W8 with Boost.Interprocess: a managed_mapped_file with
// rbtree_best_fit (boost_rb) or simple_seq_fit (boost_seq) and its usual mutex.
//
//	boost [W1 ... W8]
//	boost join FILE       what W8's fresh process does
#include <fcntl.h>

#include <algorithm>
#include <boost/interprocess/indexes/iset_index.hpp>
#include <boost/interprocess/managed_mapped_file.hpp>
#include <boost/interprocess/mem_algo/rbtree_best_fit.hpp>
#include <boost/interprocess/mem_algo/simple_seq_fit.hpp>
#include <memory>

#include "two.h"

namespace bi = boost::interprocess;
#ifdef SEQ
using algorithm = bi::simple_seq_fit<bi::mutex_family>;
#else
using algorithm = bi::rbtree_best_fit<bi::mutex_family>;
#endif
using file = bi::basic_managed_mapped_file<char, algorithm, bi::iset_index>;

constexpr size_t file_size = size_t(2) << 30;

struct heap {
	static constexpr bool null = false, processes = true;
	file &f;
	void *alloc(size_t n) { return f.allocate(n); }
	void free(void *p) { f.deallocate(p); }
	void *grow(void *p, size_t had, size_t n)
	{
		if (p == nullptr)
			return alloc(n);
		char *reuse = static_cast<char *>(p);
		size_t got = n;
		char *q = f.allocation_command<char>(bi::expand_fwd | bi::allocate_new, n, got, reuse);
		if (reuse != nullptr)
			return q; // in place
		memcpy(q, p, had);
		free(p);
		return q;
	}
	uint64_t ref(void *p) { return f.get_handle_from_address(p); }
	void *deref(uint64_t r) { return f.get_address_from_handle(r); }
};

static double attach(const char *name)
{
	double start = now();
	file f(bi::open_only, name);
	heap a{f};
	word(a.alloc(64)) = 1;
	return (now() - start) / 1e3;
}

// w8 measures fresh processes: until the first block is written, and from start
// to end.
static void w8(const char *name, heap &a)
{
	constexpr int joins = 21;
	mix m = small_mix;
	m.slots = 10000;
	churn<heap> c(a, m, 0);
	std::vector<double> took, whole;
	for (int i = 0; i < joins; i++) {
		int out[2];
		if (pipe(out) != 0)
			fail("pipe");
		double start = now();
		pid_t pid = fork();
		if (pid == 0) {
			dup2(out[1], 1);
			execl("/proc/self/exe", "boost", "join", name, nullptr);
			_exit(3);
		}
		int status;
		char text[64] = {};
		if (waitpid(pid, &status, 0) != pid || status != 0 || read(out[0], text, sizeof text - 1) <= 0)
			fail("a joining process ended badly");
		whole.push_back((now() - start) / 1e3);
		took.push_back(atof(text));
		close(out[0]), close(out[1]);
	}
	std::sort(took.begin(), took.end());
	std::sort(whole.begin(), whole.end());
	print("W8", "attach_us", took[joins / 2]);
	print("W8", "exec_to_exit_us", whole[joins / 2]);
}

int main(int n, char **names)
{
#ifdef SEQ
	peer = "boost_seq";
#else
	peer = "boost_rb";
#endif
	if (n == 3 && std::string(names[1]) == "join") {
		printf("%.3f\n", attach(names[2]));
		return 0;
	}
	const char *where = getenv("USARENA_PEER_FILE");
	leftover = (where ? where : "/dev/shm/usarena-peer-") + std::to_string(getpid());
	file f(bi::create_only, leftover.c_str(), file_size);
	heap a{f};
	for (int i = 1; i < n; i++)
		if (std::string(names[i]) == "W8")
			w8(leftover.c_str(), a);
	measure(a, n - 1, names + 1);
	unlink(leftover.c_str());
	return 0;
}
