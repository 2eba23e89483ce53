// Sockets that stand for many viewers, and the times that relay-load judges by. No decisions.
#ifndef LC_RELAY_LOAD_H
#define LC_RELAY_LOAD_H

#include <stdint.h>

/// Datagrams that are read or sent in one call.
#define LC_LOAD_BATCH 64

/// One datagram, or a run of them of one size, that lies in an arena.
typedef struct {
    /// Ours and the other side's, in the host's byte order.
    uint32_t local;
    uint32_t remote;
    uint16_t remote_port;
    /// The size of each of a run but the last; 0 where there is one datagram.
    uint16_t segment;
    uint32_t start;
    uint32_t length;
    /// When the kernel took it in, on the clock of the day; 0 where it did not say.
    int64_t arrival;
} lc_load_datagram;

/// A socket that takes what comes to any address of this host; negative with errno where it fails.
int lc_load_socket(int receive_bytes, int joins_runs, uint16_t *port);

/// How many were read into the places of the arena, each `place_size` bytes; 0 when none waits.
int lc_load_receive(
    int fd, uint8_t *arena, uint32_t place_size, lc_load_datagram *datagrams);

/// How many of them could not be sent.
int lc_load_send(int fd, const uint8_t *arena, const lc_load_datagram *datagrams, int count);

/// Datagrams for which the socket had no room.
int64_t lc_load_drops(int fd);

/// Nanoseconds since 1970.
int64_t lc_load_wall_nanoseconds(void);

/// Nanoseconds that all threads of this process have run, the kernel's share included.
int64_t lc_load_process_nanoseconds(void);

// When packets left, written by the publisher's thread and read by the viewers'.
static inline void lc_load_put(int64_t *place, int64_t value) {
    __atomic_store_n(place, value, __ATOMIC_RELAXED);
}

static inline int64_t lc_load_get(const int64_t *place) {
    return __atomic_load_n(place, __ATOMIC_RELAXED);
}

#endif
