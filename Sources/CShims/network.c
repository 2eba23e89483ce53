#define _GNU_SOURCE
#include "LCNetwork.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

static int result(int code) { return code < 0 ? -errno : code; }

static const uint64_t mapped_prefix = 0xFFFF00000000ull;

static socklen_t to_sockaddr(lc_address from, int is_ipv6, struct sockaddr_storage *to) {
    memset(to, 0, sizeof *to);
    if (is_ipv6) {
        struct sockaddr_in6 *address = (struct sockaddr_in6 *)to;
        address->sin6_family = AF_INET6;
        address->sin6_port = htons(from.port);
        for (int i = 0; i < 8; i++) {
            address->sin6_addr.s6_addr[i] = (uint8_t)(from.high >> (56 - 8 * i));
            address->sin6_addr.s6_addr[8 + i] = (uint8_t)(from.low >> (56 - 8 * i));
        }
        return sizeof *address;
    }
    struct sockaddr_in *address = (struct sockaddr_in *)to;
    address->sin_family = AF_INET;
    address->sin_port = htons(from.port);
    address->sin_addr.s_addr = htonl((uint32_t)from.low);
    return sizeof *address;
}

static int from_sockaddr(const struct sockaddr *from, lc_address *to) {
    memset(to, 0, sizeof *to);
    if (from->sa_family == AF_INET) {
        const struct sockaddr_in *address = (const struct sockaddr_in *)from;
        to->low = mapped_prefix | ntohl(address->sin_addr.s_addr);
        to->port = ntohs(address->sin_port);
        return 1;
    }
    if (from->sa_family != AF_INET6) return 0;
    const struct sockaddr_in6 *address = (const struct sockaddr_in6 *)from;
    for (int i = 0; i < 8; i++) {
        to->high = to->high << 8 | address->sin6_addr.s6_addr[i];
        to->low = to->low << 8 | address->sin6_addr.s6_addr[8 + i];
    }
    to->port = ntohs(address->sin6_port);
    return 1;
}

int lc_epoll_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

int lc_epoll_control(int epoll, int operation, int fd, uint32_t interest, uint64_t token) {
    struct epoll_event event = {0};
    if (interest & LC_READABLE) event.events |= EPOLLIN | EPOLLRDHUP;
    if (interest & LC_WRITABLE) event.events |= EPOLLOUT;
    event.data.u64 = token;
    return result(epoll_ctl(epoll, operation, fd, &event));
}

int lc_epoll_wait(int epoll, lc_event *events, int count, int64_t nanoseconds) {
    struct epoll_event found[256];
    if (count > 256) count = 256;
    struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    int ready = epoll_pwait2(epoll, found, count, nanoseconds < 0 ? 0 : &limit, 0);
    if (ready < 0 && errno == ENOSYS) {
        int64_t milliseconds = nanoseconds < 0 ? -1 : (nanoseconds + 999999) / 1000000;
        if (milliseconds > 60000) milliseconds = 60000;
        ready = epoll_wait(epoll, found, count, (int)milliseconds);
    }
    if (ready < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < ready; i++) {
        uint32_t bits = found[i].events;
        events[i].token = found[i].data.u64;
        events[i].events = 0;
        if (bits & (EPOLLIN | EPOLLRDHUP)) events[i].events |= LC_READABLE;
        if (bits & EPOLLOUT) events[i].events |= LC_WRITABLE;
        if (bits & (EPOLLERR | EPOLLHUP)) events[i].events |= LC_CLOSED;
    }
    return ready;
}

int lc_eventfd(void) { return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

int64_t lc_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int lc_thread_pin(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (processor < 0 || processor >= CPU_SETSIZE) return -EINVAL;
    CPU_SET(processor, &set);
    return result(sched_setaffinity(0, sizeof set, &set));
}

int lc_thread_name(const char *name) {
    char shortened[16] = {0};
    strncpy(shortened, name, sizeof shortened - 1);
    return -pthread_setname_np(pthread_self(), shortened);
}

int lc_socket(int is_ipv6, int kind) {
    int type = (kind == 1 ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int fd = socket(is_ipv6 ? AF_INET6 : AF_INET, type, 0);
    if (fd < 0) return -errno;
    int off = 0, on = 1;
    if (is_ipv6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (kind == 1) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return fd;
}

int lc_bind(int fd, int is_ipv6, lc_address address) {
    struct sockaddr_storage name;
    socklen_t length = to_sockaddr(address, is_ipv6, &name);
    return result(bind(fd, (struct sockaddr *)&name, length));
}

int lc_listen(int fd, int backlog) { return result(listen(fd, backlog)); }

int lc_accept(int fd, lc_address *peer) {
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    int accepted = accept4(fd, (struct sockaddr *)&name, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) return -errno;
    from_sockaddr((struct sockaddr *)&name, peer);
    return accepted;
}

int lc_connect(int fd, int is_ipv6, lc_address address) {
    struct sockaddr_storage name;
    socklen_t length = to_sockaddr(address, is_ipv6, &name);
    return result(connect(fd, (struct sockaddr *)&name, length));
}

int lc_local_address(int fd, lc_address *address) {
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    if (getsockname(fd, (struct sockaddr *)&name, &length) < 0) return -errno;
    from_sockaddr((struct sockaddr *)&name, address);
    return 0;
}

int lc_socket_error(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
    return -error;
}

int lc_set_no_delay(int fd) {
    int on = 1;
    return result(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
}

int lc_set_buffers(int fd, int receive_bytes, int send_bytes) {
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes) < 0)
        return -errno;
    return result(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof send_bytes));
}

int lc_buffers(int fd, int *receive_bytes, int *send_bytes) {
    socklen_t length = sizeof *receive_bytes;
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, receive_bytes, &length) < 0) return -errno;
    return result(getsockopt(fd, SOL_SOCKET, SO_SNDBUF, send_bytes, &length));
}

int64_t lc_send(int fd, const uint8_t *bytes, size_t count) {
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

int64_t lc_receive(int fd, uint8_t *bytes, size_t count) {
    ssize_t received = recv(fd, bytes, count, 0);
    return received < 0 ? -errno : received;
}

int lc_shut_writing(int fd) { return result(shutdown(fd, SHUT_WR)); }

int lc_receive_batch(
    int fd, uint8_t *arena, uint32_t place_size, int count, lc_datagram *datagrams) {
    struct mmsghdr headers[LC_BATCH];
    struct iovec places[LC_BATCH];
    struct sockaddr_storage names[LC_BATCH];
    if (count > LC_BATCH) count = LC_BATCH;
    memset(headers, 0, sizeof headers[0] * (size_t)count);
    for (int i = 0; i < count; i++) {
        places[i].iov_base = arena + (size_t)i * place_size;
        places[i].iov_len = place_size;
        headers[i].msg_hdr.msg_iov = &places[i];
        headers[i].msg_hdr.msg_iovlen = 1;
        headers[i].msg_hdr.msg_name = &names[i];
        headers[i].msg_hdr.msg_namelen = sizeof names[i];
    }
    int received = recvmmsg(fd, headers, (unsigned)count, MSG_DONTWAIT, 0);
    if (received < 0) return -errno;
    for (int i = 0; i < received; i++) {
        from_sockaddr((struct sockaddr *)&names[i], &datagrams[i].address);
        datagrams[i].offset = (uint32_t)i * place_size;
        datagrams[i].length = headers[i].msg_len;
        datagrams[i].segment = headers[i].msg_hdr.msg_flags & MSG_TRUNC ? 1 : 0;
    }
    return received;
}

int lc_send_batch(
    int fd, int is_ipv6, const uint8_t *arena, const lc_datagram *datagrams, int count) {
    struct mmsghdr headers[LC_BATCH];
    struct iovec places[LC_BATCH];
    struct sockaddr_storage names[LC_BATCH];
    union {
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr aligned;
    } controls[LC_BATCH];
    if (count > LC_BATCH) count = LC_BATCH;
    memset(headers, 0, sizeof headers[0] * (size_t)count);
    for (int i = 0; i < count; i++) {
        struct msghdr *header = &headers[i].msg_hdr;
        places[i].iov_base = (void *)(arena + datagrams[i].offset);
        places[i].iov_len = datagrams[i].length;
        header->msg_iov = &places[i];
        header->msg_iovlen = 1;
        header->msg_name = &names[i];
        header->msg_namelen = to_sockaddr(datagrams[i].address, is_ipv6, &names[i]);
        if (datagrams[i].segment == 0) continue;
        memset(&controls[i], 0, sizeof controls[i]);
        header->msg_control = controls[i].bytes;
        header->msg_controllen = sizeof controls[i].bytes;
        struct cmsghdr *control = CMSG_FIRSTHDR(header);
        control->cmsg_level = IPPROTO_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        uint16_t size = (uint16_t)datagrams[i].segment;
        memcpy(CMSG_DATA(control), &size, sizeof size);
    }
    return result(sendmmsg(fd, headers, (unsigned)count, MSG_DONTWAIT | MSG_NOSIGNAL));
}

int lc_interface_addresses(lc_address *addresses, int count) {
    struct ifaddrs *list = 0;
    if (getifaddrs(&list) < 0) return -errno;
    int found = 0;
    for (struct ifaddrs *entry = list; entry && found < count; entry = entry->ifa_next) {
        if (!entry->ifa_addr || !(entry->ifa_flags & IFF_UP)) continue;
        found += from_sockaddr(entry->ifa_addr, &addresses[found]);
    }
    freeifaddrs(list);
    return found;
}

int lc_resolve(const char *name, uint16_t port, lc_address *addresses, int count) {
    struct addrinfo hints = {0}, *list = 0;
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_ADDRCONFIG;
    int code = getaddrinfo(name, 0, &hints, &list);
    if (code != 0) return code < 0 ? code : -code;
    int found = 0;
    for (struct addrinfo *entry = list; entry && found < count; entry = entry->ai_next) {
        if (!from_sockaddr(entry->ai_addr, &addresses[found])) continue;
        addresses[found++].port = port;
    }
    freeaddrinfo(list);
    return found;
}
