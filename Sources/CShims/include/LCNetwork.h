// Sockets, epoll and threads: what Glibc's module lacks. No decisions. Symbols are lc_*.
// Unless said otherwise a function gives 0 or more, or -errno.
#ifndef LC_NETWORK_H
#define LC_NETWORK_H

#include <stddef.h>
#include <stdint.h>

/// An address as Primitives holds it: IPv4 in its mapped form, host byte order.
typedef struct {
    uint64_t high;
    uint64_t low;
    uint16_t port;
} lc_address;

typedef struct {
    uint64_t token;
    uint32_t events;
} lc_event;

/// One datagram or one run of them that was received or is to be sent.
typedef struct {
    lc_address address;
    uint32_t offset;
    uint32_t length;
    /// Sending: the size of all datagrams of the run but the last, or 0 for a single one.
    /// Receiving: 1 where the datagram was longer than its place.
    uint32_t segment;
} lc_datagram;

enum { LC_READABLE = 1, LC_WRITABLE = 2, LC_CLOSED = 4, LC_BATCH = 64 };

int lc_epoll_create(void);
/// `interest` is made of LC_READABLE and LC_WRITABLE; `operation` is 1 add, 2 remove, 3 change.
int lc_epoll_control(int epoll, int operation, int fd, uint32_t interest, uint64_t token);
/// Waits for `nanoseconds`, without end where that is negative.
int lc_epoll_wait(int epoll, lc_event *events, int count, int64_t nanoseconds);
int lc_eventfd(void);
int64_t lc_monotonic_nanoseconds(void);

/// Binds the calling thread to one processor.
int lc_thread_pin(int processor);
int lc_thread_name(const char *name);

/// Nonblocking, close-on-exec; `kind` is 1 TCP, 2 UDP. IPv6 sockets take IPv4 too.
int lc_socket(int is_ipv6, int kind);
int lc_bind(int fd, int is_ipv6, lc_address address);
int lc_listen(int fd, int backlog);
int lc_accept(int fd, lc_address *peer);
int lc_connect(int fd, int is_ipv6, lc_address address);
int lc_local_address(int fd, lc_address *address);
int lc_socket_error(int fd);
int lc_set_no_delay(int fd);
int lc_set_buffers(int fd, int receive_bytes, int send_bytes);
/// The sizes in effect, which the kernel doubles for its own use.
int lc_buffers(int fd, int *receive_bytes, int *send_bytes);
/// Without SIGPIPE.
int64_t lc_send(int fd, const uint8_t *bytes, size_t count);
int64_t lc_receive(int fd, uint8_t *bytes, size_t count);
int lc_shut_writing(int fd);

/// Receives up to LC_BATCH datagrams, each into its place of `place_size` bytes of the arena.
int lc_receive_batch(
    int fd, uint8_t *arena, uint32_t place_size, int count, lc_datagram *datagrams);
/// Sends up to LC_BATCH entries of the arena; how many of them went.
int lc_send_batch(
    int fd, int is_ipv6, const uint8_t *arena, const lc_datagram *datagrams, int count);

/// The host's addresses of interfaces that are up; up to `count`.
int lc_interface_addresses(lc_address *addresses, int count);
/// Asks the system's resolver and waits for it; how many were found, or -EAI_*'s absolute value.
int lc_resolve(const char *name, uint16_t port, lc_address *addresses, int count);

#endif
