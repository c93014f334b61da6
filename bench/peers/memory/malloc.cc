// Workloads W1 to W7 with malloc: of the C library, or of a library that it is
// linked with. PEER names it. With -DNULL_PEER it is the loop alone.
//
//	malloc [W1 ... W7]
#include "two.h"

#ifdef NULL_PEER
// One block over and over. Not inlined, so that the loop pays for the calls.
struct heap {
	static constexpr bool null = true, processes = false;
	static char block[1 << 20];
	__attribute__((noinline)) void *alloc(size_t n)
	{
		asm volatile("" : : "r"(n));
		return block;
	}
	__attribute__((noinline)) void free(void *p) { asm volatile("" : : "r"(p)); }
	void *grow(void *, size_t, size_t) { return block; }
	uint64_t ref(void *p) { return uintptr_t(p); }
	void *deref(uint64_t r) { return reinterpret_cast<void *>(r); }
};
alignas(64) char heap::block[1 << 20];
#else
struct heap {
	static constexpr bool null = false, processes = false;
	void *alloc(size_t n) { return checked(::malloc(n)); }
	void free(void *p) { ::free(p); }
	void *grow(void *p, size_t, size_t n) { return checked(::realloc(p, n)); }
	uint64_t ref(void *p) { return uintptr_t(p); }
	void *deref(uint64_t r) { return reinterpret_cast<void *>(r); }
	static void *checked(void *p)
	{
		if (p == nullptr)
			fail("out of memory");
		asm volatile("" : : "r"(p) : "memory"); // pairs are not optimized away
		return p;
	}
};
#endif

int main(int n, char **names)
{
	peer = PEER;
	heap a;
	return measure(a, n - 1, names + 1);
}
