#define _GNU_SOURCE
#include "CRelayLoad.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
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

int lc_load_socket(int receive_bytes, int joins_runs, uint16_t *port) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int one = 1;
    // Beyond the limit of the system where we may; as much as it grants otherwise.
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive_bytes, sizeof receive_bytes) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    struct sockaddr_in any = {.sin_family = AF_INET};
    socklen_t length = sizeof any;
    if (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one) < 0 ||
        (joins_runs && setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof one) < 0) ||
        bind(fd, (struct sockaddr *)&any, length) < 0 ||
        getsockname(fd, (struct sockaddr *)&any, &length) < 0) {
        int code = errno;
        close(fd);
        return -code;
    }
    *port = ntohs(any.sin_port);
    return fd;
}

typedef union {
    char bytes[CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(struct timespec)) +
               CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
} control_space;

static void read_control(struct msghdr *message, lc_load_datagram *datagram) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            datagram->local = ntohl(info.ipi_addr.s_addr);
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(c), sizeof time);
            datagram->arrival = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
        } else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int size;
            memcpy(&size, CMSG_DATA(c), sizeof size);
            datagram->segment = (uint16_t)size;
        }
    }
}

int lc_load_receive(
    int fd, uint8_t *arena, uint32_t place_size, lc_load_datagram *datagrams) {
    struct mmsghdr messages[LC_LOAD_BATCH];
    struct iovec pieces[LC_LOAD_BATCH];
    struct sockaddr_in remotes[LC_LOAD_BATCH];
    control_space controls[LC_LOAD_BATCH];
    for (int i = 0; i < LC_LOAD_BATCH; i++) {
        pieces[i] = (struct iovec){arena + (size_t)i * place_size, place_size};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &remotes[i], .msg_namelen = sizeof remotes[i],
            .msg_iov = &pieces[i], .msg_iovlen = 1,
            .msg_control = controls[i].bytes, .msg_controllen = sizeof controls[i].bytes};
    }
    int count = recvmmsg(fd, messages, LC_LOAD_BATCH, 0, NULL);
    for (int i = 0; i < count; i++) {
        datagrams[i] = (lc_load_datagram){
            .remote = ntohl(remotes[i].sin_addr.s_addr), .remote_port = ntohs(remotes[i].sin_port),
            .start = (uint32_t)i * place_size, .length = messages[i].msg_len};
        read_control(&messages[i].msg_hdr, &datagrams[i]);
    }
    return count < 0 ? 0 : count;
}

int lc_load_send(int fd, const uint8_t *arena, const lc_load_datagram *datagrams, int count) {
    struct mmsghdr messages[LC_LOAD_BATCH];
    struct iovec pieces[LC_LOAD_BATCH];
    struct sockaddr_in remotes[LC_LOAD_BATCH];
    union {
        char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
        struct cmsghdr align;
    } controls[LC_LOAD_BATCH];
    if (count > LC_LOAD_BATCH) count = LC_LOAD_BATCH;
    for (int i = 0; i < count; i++) {
        pieces[i] = (struct iovec){(void *)(arena + datagrams[i].start), datagrams[i].length};
        remotes[i] = (struct sockaddr_in){
            .sin_family = AF_INET, .sin_port = htons(datagrams[i].remote_port),
            .sin_addr.s_addr = htonl(datagrams[i].remote)};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &remotes[i], .msg_namelen = sizeof remotes[i],
            .msg_iov = &pieces[i], .msg_iovlen = 1,
            .msg_control = controls[i].bytes, .msg_controllen = sizeof controls[i].bytes};
        struct cmsghdr *c = CMSG_FIRSTHDR(&messages[i].msg_hdr);
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
        struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(datagrams[i].local)};
        memcpy(CMSG_DATA(c), &info, sizeof info);
    }
    int sent = 0, failed = 0;
    while (sent + failed < count) {
        int done = sendmmsg(fd, messages + sent + failed, (unsigned)(count - sent - failed), 0);
        if (done > 0) sent += done;
        else if (errno != EINTR) failed++;
    }
    return failed;
}

int64_t lc_load_drops(int fd) {
    uint32_t info[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof info;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &length) < 0) return 0;
    return info[SK_MEMINFO_DROPS];
}

static int64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t lc_load_wall_nanoseconds(void) { return nanoseconds(CLOCK_REALTIME); }
int64_t lc_load_process_nanoseconds(void) { return nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }
