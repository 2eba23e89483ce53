// UDP sockets of many endpoints of one process, and what the process uses. No decisions.
// Unless said otherwise a function gives 0 or more, or -errno.
#ifndef LC_GROUP_H
#define LC_GROUP_H

#include "LCNetwork.h"

/// Runs or datagrams that are read in one call, and that are sent in one.
enum { LC_GROUP_BATCH = 32, LC_GROUP_SENDING = 64 };

/// One datagram, or a run of them of one size, that lies in an arena.
typedef struct {
    lc_address remote;
    /// The address of ours that it came to, where the socket tells; IPv4 in the host's byte order.
    uint32_t local;
    uint32_t offset;
    uint32_t length;
    /// The size of each of a run but the last; 0 where there is one datagram.
    uint32_t segment;
    /// When the kernel took it in, on the clock of the day; 0 where it did not say.
    int64_t arrival;
} lc_arrival;

/// One datagram to be sent; `local` is 0 where the socket has an address of its own.
typedef struct {
    lc_address remote;
    uint32_t local;
    uint32_t offset;
    uint32_t length;
} lc_departure;

/// A socket that tells when datagrams came, in runs, and to which address where that is wanted.
int lc_group_socket(int is_ipv6, int receive_bytes, int tells_local);
int lc_group_receive(int fd, uint8_t *arena, uint32_t place_size, int count, lc_arrival *arrivals);
/// How many of them could not be sent.
int lc_group_send(
    int fd, int is_ipv6, const uint8_t *arena, const lc_departure *departures, int count);
/// Datagrams for which a socket had no room.
int64_t lc_socket_drops(int fd);
/// The address of ours that the kernel would send from, with port 0.
int lc_source_address(lc_address remote, lc_address *local);

/// Nanoseconds since 1970.
int64_t lc_wall_nanoseconds(void);
/// Nanoseconds that all threads of this process have run, and that the calling one has.
int64_t lc_process_nanoseconds(void);
int64_t lc_thread_nanoseconds(void);
/// Processors that this process may run on.
int lc_usable_processors(void);

#endif
