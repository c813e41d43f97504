// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sockets of every kind, towards a listener of the test's.
#include "hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_in listener(const struct attempt_self* self) {
    struct sockaddr_in to = {0};
    to.sin_family = AF_INET;
    to.sin_port = htons((uint16_t)target_number(self));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return to;
}

static int connect_tcp(const struct attempt_self* self) {
    const struct sockaddr_in to = listener(self);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? errno : outcome(connect(fd, (const struct sockaddr*)&to, sizeof to));
}

static int send_udp(const struct attempt_self* self) {
    const struct sockaddr_in to = listener(self);
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return fd < 0 ? errno : outcome(sendto(fd, "secret", 6, 0, (const struct sockaddr*)&to, sizeof to));
}

static int connect_udp(const struct attempt_self* self) {
    const struct sockaddr_in to = listener(self);
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr*)&to, sizeof to) != 0) return errno;
    return outcome(send(fd, "secret", 6, 0));
}

static int listen_tcp(const struct attempt_self* self) {
    struct sockaddr_in on = listener(self);
    on.sin_port = 0;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr*)&on, sizeof on) != 0) return errno;
    return outcome(listen(fd, 1));
}

// TCP Fast Open (RFC 7413): a connection without connect().
static int connect_by_sending(const struct attempt_self* self) {
    const struct sockaddr_in to = listener(self);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? errno
                  : outcome(sendto(fd, "secret", 6, MSG_FASTOPEN, (const struct sockaddr*)&to, sizeof to));
}

static int connect_mptcp(const struct attempt_self* self) {
    const struct sockaddr_in to = listener(self);
    const int fd = socket(AF_INET, SOCK_STREAM, 262); // IPPROTO_MPTCP
    return fd < 0 ? errno : outcome(connect(fd, (const struct sockaddr*)&to, sizeof to));
}

static int open_ping(const struct attempt_self* self) {
    (void)self;
    return outcome(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP));
}

static int open_raw(const struct attempt_self* self) {
    (void)self;
    return outcome(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static int open_packet(const struct attempt_self* self) {
    (void)self;
    return outcome(socket(AF_PACKET, SOCK_RAW, 0));
}

static int open_netlink(const struct attempt_self* self) {
    (void)self;
    return outcome(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT));
}

static int open_vsock(const struct attempt_self* self) {
    (void)self;
    return outcome(socket(AF_VSOCK, SOCK_STREAM, 0));
}

static struct sockaddr_un unix_address(const char* path) {
    struct sockaddr_un to = {AF_UNIX, {0}};
    memcpy(to.sun_path, path, strnlen(path, sizeof to.sun_path - 1));
    return to;
}

static int connect_unix(const struct attempt_self* self) {
    const struct sockaddr_un to = unix_address(self->target);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return fd < 0 ? errno : outcome(connect(fd, (const struct sockaddr*)&to, sizeof to));
}

static int connect_abstract(const struct attempt_self* self) {
    struct sockaddr_un to = {AF_UNIX, {0}};
    const size_t length = strlen(self->target);
    memcpy(to.sun_path + 1, self->target, length);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) return errno;
    return outcome(connect(fd, (const struct sockaddr*)&to,
                           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)));
}

static int send_unix(const struct attempt_self* self) {
    const struct sockaddr_un to = unix_address(self->target);
    const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    return fd < 0 ? errno : outcome(sendto(fd, "secret", 6, 0, (const struct sockaddr*)&to, sizeof to));
}

const struct attempt network_attempts[] = {{"tcp", connect_tcp},
                                           {"udp", send_udp},
                                           {"udp-connected", connect_udp},
                                           {"listen", listen_tcp},
                                           {"fast-open", connect_by_sending},
                                           {"mptcp", connect_mptcp},
                                           {"ping", open_ping},
                                           {"raw", open_raw},
                                           {"packet", open_packet},
                                           {"netlink", open_netlink},
                                           {"vsock", open_vsock},
                                           {"unix", connect_unix},
                                           {"abstract", connect_abstract},
                                           {"unix-datagram", send_unix},
                                           {NULL, NULL}};
