// What a benchmark needs of the C library: a count of allocations, and the time a thread has run.
#ifndef LC_ENGINE_BENCH_H
#define LC_ENGINE_BENCH_H

#include <stdint.h>

/// How often this thread has asked for memory so far.
int64_t lc_bench_allocations(void);

/// Bytes that this thread has taken and not given back.
int64_t lc_bench_live_bytes(void);

/// Nanoseconds that this thread has run so far.
int64_t lc_bench_thread_nanoseconds(void);

/// Nanoseconds that all threads of this process have run so far, the kernel's share included.
int64_t lc_bench_process_nanoseconds(void);

/// Nanoseconds on a clock that only goes forwards.
int64_t lc_bench_monotonic_nanoseconds(void);

#endif
