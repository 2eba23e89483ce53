// What receiving costs at the least: recvmmsg and libsrtp2's srtp_unprotect, for many viewers in
// one thread. A second process sends each of them the packets of one show, 120 of 1,130 bytes and
// 50 of 150 a second, in runs of a frame as a relay does.
//
// srtp_loop VIEWERS SECONDS SENDER_CORE RECEIVER_CORE
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <sched.h>
#include <signal.h>
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, PLACE = 2048, VIDEO = 1114, SOUND = 134, RUN = 4, FIRST = 0x7F400001 };

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

static const uint8_t key[28] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};

static double seconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static srtp_t session(srtp_ssrc_type_t direction) {
    srtp_policy_t policy = {0};
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    policy.ssrc.type = direction;
    policy.key = (unsigned char *)key;
    policy.window_size = 1024;
    srtp_t made;
    if (srtp_create(&made, &policy) != srtp_err_status_ok) exit(2);
    return made;
}

static int seal(srtp_t sending, uint8_t *packet, int length, uint32_t ssrc, uint16_t sequence) {
    memset(packet, 0x55, (size_t)length);
    packet[0] = 0x80;
    packet[1] = 96;
    packet[2] = (uint8_t)(sequence >> 8);
    packet[3] = (uint8_t)sequence;
    ssrc = htonl(ssrc);
    memcpy(packet + 8, &ssrc, 4);
    if (srtp_protect(sending, packet, &length) != srtp_err_status_ok) exit(3);
    return length;
}

static void give(int fd, int viewers, uint16_t port, uint8_t *bytes, int length, int segment) {
    struct mmsghdr messages[BATCH];
    struct sockaddr_in names[BATCH];
    struct iovec piece = {bytes, (size_t)length};
    union {
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr aligned;
    } control = {0};
    control.aligned = (struct cmsghdr){
        .cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT,
        .cmsg_len = CMSG_LEN(sizeof(uint16_t))};
    uint16_t size = (uint16_t)segment;
    memcpy(CMSG_DATA(&control.aligned), &size, sizeof size);
    for (int start = 0; start < viewers; start += BATCH) {
        int count = viewers - start < BATCH ? viewers - start : BATCH;
        for (int i = 0; i < count; i++) {
            names[i] = (struct sockaddr_in){
                .sin_family = AF_INET, .sin_port = htons(port),
                .sin_addr.s_addr = htonl((uint32_t)(FIRST + start + i))};
            messages[i].msg_hdr = (struct msghdr){
                .msg_name = &names[i], .msg_namelen = sizeof names[i], .msg_iov = &piece,
                .msg_iovlen = 1, .msg_control = segment ? control.bytes : 0,
                .msg_controllen = segment ? sizeof control.bytes : 0};
        }
        sendmmsg(fd, messages, (unsigned)count, 0);
    }
}

static void send_all(int viewers, uint16_t port, double length) {
    srtp_t sending = session(ssrc_any_outbound);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    static uint8_t run[RUN * PLACE];
    uint16_t video = 1000, sound = 1000;
    double start = seconds(CLOCK_MONOTONIC), frame = start, audio = start;
    while (seconds(CLOCK_MONOTONIC) < start + length) {
        double now = seconds(CLOCK_MONOTONIC);
        if (frame <= now) {
            int end = 0;
            for (int i = 0; i < RUN; i++) end += seal(sending, run + end, VIDEO, 1, video++);
            give(fd, viewers, port, run, end, VIDEO + 16);
            frame += 1.0 / 30;
        }
        if (audio <= now) {
            give(fd, viewers, port, run, seal(sending, run, SOUND, 2, sound++), 0);
            audio += 1.0 / 50;
        }
        double next = frame < audio ? frame : audio, rest = next - seconds(CLOCK_MONOTONIC);
        if (rest > 0) usleep((useconds_t)(rest * 1e6));
    }
}

static long resident(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
    if (file) fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

int main(int count, char **words) {
    if (count < 5 || srtp_init() != srtp_err_status_ok) return 1;
    int viewers = atoi(words[1]);
    double length = atof(words[2]);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1, room = 64 << 20;
    struct sockaddr_in any = {.sin_family = AF_INET};
    socklen_t size = sizeof any;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&any, size) < 0) return 1;
    getsockname(fd, (struct sockaddr *)&any, &size);
    long before = resident();
    srtp_t *sessions = calloc((size_t)viewers, sizeof *sessions);
    for (int i = 0; i < viewers; i++) sessions[i] = session(ssrc_any_inbound);
    pid_t sender = fork();
    if (sender == 0) {
        pin(atoi(words[3]));
        send_all(viewers, ntohs(any.sin_port), length);
        _exit(0);
    }
    pin(atoi(words[4]));
    static uint8_t arena[BATCH * PLACE];
    static char controls[BATCH][64];
    struct mmsghdr messages[BATCH];
    struct iovec pieces[BATCH];
    struct timeval patience = {.tv_usec = 300000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    long packets = 0, bad = 0;
    double began = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
    while (seconds(CLOCK_MONOTONIC) < began + length + 0.2) {
        for (int i = 0; i < BATCH; i++) {
            pieces[i] = (struct iovec){arena + i * PLACE, PLACE};
            messages[i].msg_hdr = (struct msghdr){
                .msg_iov = &pieces[i], .msg_iovlen = 1, .msg_control = controls[i],
                .msg_controllen = sizeof controls[i]};
        }
        int got = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, 0);
        for (int i = 0; i < got; i++) {
            struct cmsghdr *c = CMSG_FIRSTHDR(&messages[i].msg_hdr);
            if (!c) continue;
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            uint32_t viewer = ntohl(info.ipi_addr.s_addr) - FIRST;
            int bytes = (int)messages[i].msg_len;
            if (viewer >= (uint32_t)viewers) continue;
            packets++;
            if (srtp_unprotect(sessions[viewer], pieces[i].iov_base, &bytes)) bad++;
        }
    }
    cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
    waitpid(sender, 0, 0);
    printf(
        "{\"viewers\": %d, \"packets\": %ld, \"bad\": %ld, \"sent\": %.0f, \"cpu_share\": %.4f, "
        "\"us_per_packet\": %.4f, \"kb_per_viewer\": %.1f}\n",
        viewers, packets, bad, viewers * length * 170, cpu / length, cpu * 1e6 / (double)packets,
        (double)(resident() - before) / 1024 / viewers);
    return 0;
}
