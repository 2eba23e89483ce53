#define _GNU_SOURCE
#include "LCGroup.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

static const uint64_t mapped_prefix = 0xFFFF00000000ull;

static int result(int code) { return code < 0 ? -errno : code; }

static socklen_t to_name(lc_address from, int is_ipv6, struct sockaddr_storage *to) {
    if (is_ipv6) {
        struct sockaddr_in6 *name = (struct sockaddr_in6 *)to;
        memset(name, 0, sizeof *name);
        name->sin6_family = AF_INET6;
        name->sin6_port = htons(from.port);
        for (int i = 0; i < 8; i++) {
            name->sin6_addr.s6_addr[i] = (uint8_t)(from.high >> (56 - 8 * i));
            name->sin6_addr.s6_addr[8 + i] = (uint8_t)(from.low >> (56 - 8 * i));
        }
        return sizeof *name;
    }
    struct sockaddr_in *name = (struct sockaddr_in *)to;
    memset(name, 0, sizeof *name);
    name->sin_family = AF_INET;
    name->sin_port = htons(from.port);
    name->sin_addr.s_addr = htonl((uint32_t)from.low);
    return sizeof *name;
}

static lc_address from_name(const struct sockaddr_storage *from) {
    lc_address to = {0};
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *name = (const struct sockaddr_in *)from;
        to.low = mapped_prefix | ntohl(name->sin_addr.s_addr);
        to.port = ntohs(name->sin_port);
    } else if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *name = (const struct sockaddr_in6 *)from;
        for (int i = 0; i < 8; i++) {
            to.high = to.high << 8 | name->sin6_addr.s6_addr[i];
            to.low = to.low << 8 | name->sin6_addr.s6_addr[8 + i];
        }
        to.port = ntohs(name->sin6_port);
    }
    return to;
}

int lc_group_socket(int is_ipv6, int receive_bytes, int tells_local) {
    int fd = lc_socket(is_ipv6, 2);
    if (fd < 0) return fd;
    int one = 1;
    // Beyond the system's limit where we may, as much as it grants otherwise.
    if (receive_bytes > 0 &&
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive_bytes, sizeof receive_bytes) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    // Who cannot join runs hands them over one by one.
    setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof one);
    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one) < 0 ||
        (tells_local && setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one) < 0)) {
        int code = errno;
        close(fd);
        return -code;
    }
    return fd;
}

typedef union {
    char bytes[CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(struct timespec)) +
               CMSG_SPACE(sizeof(int))];
    struct cmsghdr aligned;
} control_space;

static void read_control(struct msghdr *message, lc_arrival *arrival) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            arrival->local = ntohl(info.ipi_addr.s_addr);
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(c), sizeof time);
            arrival->arrival = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
        } else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int size;
            memcpy(&size, CMSG_DATA(c), sizeof size);
            arrival->segment = (uint32_t)size;
        }
    }
}

int lc_group_receive(
    int fd, uint8_t *arena, uint32_t place_size, int count, lc_arrival *arrivals) {
    struct mmsghdr messages[LC_GROUP_BATCH];
    struct iovec pieces[LC_GROUP_BATCH];
    struct sockaddr_storage remotes[LC_GROUP_BATCH];
    control_space controls[LC_GROUP_BATCH];
    if (count > LC_GROUP_BATCH) count = LC_GROUP_BATCH;
    for (int i = 0; i < count; i++) {
        pieces[i] = (struct iovec){arena + (size_t)i * place_size, place_size};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &remotes[i], .msg_namelen = sizeof remotes[i],
            .msg_iov = &pieces[i], .msg_iovlen = 1,
            .msg_control = controls[i].bytes, .msg_controllen = sizeof controls[i].bytes};
    }
    int received = recvmmsg(fd, messages, (unsigned)count, MSG_DONTWAIT, 0);
    if (received < 0) return -errno;
    for (int i = 0; i < received; i++) {
        arrivals[i] = (lc_arrival){
            .remote = from_name(&remotes[i]), .offset = (uint32_t)i * place_size,
            .length = messages[i].msg_len};
        read_control(&messages[i].msg_hdr, &arrivals[i]);
    }
    return received;
}

int lc_group_send(
    int fd, int is_ipv6, const uint8_t *arena, const lc_departure *departures, int count) {
    struct mmsghdr messages[LC_GROUP_SENDING];
    struct iovec pieces[LC_GROUP_SENDING];
    struct sockaddr_storage remotes[LC_GROUP_SENDING];
    union {
        char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
        struct cmsghdr aligned;
    } controls[LC_GROUP_SENDING];
    if (count > LC_GROUP_SENDING) count = LC_GROUP_SENDING;
    for (int i = 0; i < count; i++) {
        pieces[i] = (struct iovec){(void *)(arena + departures[i].offset), departures[i].length};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &remotes[i],
            .msg_namelen = to_name(departures[i].remote, is_ipv6, &remotes[i]),
            .msg_iov = &pieces[i], .msg_iovlen = 1};
        if (departures[i].local == 0) continue;
        memset(&controls[i], 0, sizeof controls[i]);
        messages[i].msg_hdr.msg_control = controls[i].bytes;
        messages[i].msg_hdr.msg_controllen = sizeof controls[i].bytes;
        struct cmsghdr *c = CMSG_FIRSTHDR(&messages[i].msg_hdr);
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
        struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(departures[i].local)};
        memcpy(CMSG_DATA(c), &info, sizeof info);
    }
    int sent = 0, failed = 0;
    while (sent + failed < count) {
        int done = sendmmsg(
            fd, messages + sent + failed, (unsigned)(count - sent - failed),
            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (done > 0)
            sent += done;
        else if (done == 0 || errno != EINTR)
            failed++;
    }
    return failed;
}

int64_t lc_socket_drops(int fd) {
    uint32_t memory[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof memory;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &length) < 0) return -errno;
    return memory[SK_MEMINFO_DROPS];
}

int lc_source_address(lc_address remote, lc_address *local) {
    int is_ipv6 = !(remote.high == 0 && remote.low >> 32 == 0xFFFF);
    int fd = lc_socket(is_ipv6, 2);
    if (fd < 0) return fd;
    struct sockaddr_storage name;
    socklen_t length = to_name(remote, is_ipv6, &name);
    int code = result(connect(fd, (struct sockaddr *)&name, length));
    length = sizeof name;
    if (code >= 0) code = result(getsockname(fd, (struct sockaddr *)&name, &length));
    close(fd);
    if (code < 0) return code;
    *local = from_name(&name);
    local->port = 0;
    return 0;
}

static int64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t lc_wall_nanoseconds(void) { return nanoseconds(CLOCK_REALTIME); }
int64_t lc_process_nanoseconds(void) { return nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }
int64_t lc_thread_nanoseconds(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }

int lc_usable_processors(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    int code = result(sched_getaffinity(0, sizeof set, &set));
    return code < 0 ? code : CPU_COUNT(&set);
}
