// Stands before the C library's allocator and counts. glibc exports its own under these names, so
// nothing needs to be looked up, and nothing can call in a circle.
#include "CEngineBench.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <time.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void __libc_free(void *memory);
extern void *__libc_memalign(size_t alignment, size_t size);

static _Thread_local int64_t allocations;
// What a thread has taken and not given back, the allocator's own word beside each piece included.
static _Thread_local int64_t live;

static void *taken(void *memory) {
    allocations++;
    if (memory) live += (int64_t)malloc_usable_size(memory) + 8;
    return memory;
}

static void give(void *memory) {
    if (memory) live -= (int64_t)malloc_usable_size(memory) + 8;
}

void *malloc(size_t size) { return taken(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) { return taken(__libc_calloc(count, size)); }

void *realloc(void *memory, size_t size) {
    give(memory);
    return taken(__libc_realloc(memory, size));
}

void free(void *memory) {
    give(memory);
    __libc_free(memory);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return taken(__libc_memalign(alignment, size));
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    *memory = taken(__libc_memalign(alignment, size));
    return *memory ? 0 : ENOMEM;
}

int64_t lc_bench_live_bytes(void) { return live; }
int64_t lc_bench_allocations(void) { return allocations; }

static int64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t lc_bench_thread_nanoseconds(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }
int64_t lc_bench_process_nanoseconds(void) { return nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }
int64_t lc_bench_monotonic_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }
