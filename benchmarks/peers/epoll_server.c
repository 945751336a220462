/* The relay that a C programmer would write: one thread, epoll, level-triggered.
 *
 * Whatever line one client sends, every other client is sent, in one send() per
 * line and receiver, at once: no gathering, no copying unless the kernel's buffer
 * is full. What did not fit waits in that client's own queue and goes out first
 * when the socket takes bytes again. The yardstick for what the operating system
 * costs: it bounds nothing, names nobody, keeps no history.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { LINE = 8192, CHUNK = 65536, EVENTS = 256, CLIENTS = 1 << 20 };
struct client { int fd, seat; char *part, *out; size_t used, head, tail, room; };

static struct client *seats[CLIENTS];
static int seated, epoll; /* the seats taken are seats[0] to seats[seated - 1] */

static void watch(struct client *c, int how, unsigned mask) {
    struct epoll_event event = {.events = mask, .data.ptr = c};
    epoll_ctl(epoll, how, c->fd, &event);
}

static void queue(struct client *c, const char *data, size_t size) {
    if (c->head == c->tail) c->head = c->tail = 0, watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    if (c->tail + size > c->room) {
        memmove(c->out, c->out + c->head, c->tail -= c->head);
        c->head = 0;
        c->out = realloc(c->out, c->room = 2 * (c->tail + size));
    }
    memcpy(c->out + c->tail, data, size);
    c->tail += size;
}

static void deliver(struct client *c, const char *data, size_t size) {
    ssize_t sent = c->head < c->tail ? 0 : send(c->fd, data, size, MSG_NOSIGNAL);
    if (sent < 0) sent = 0; /* full, or gone: if gone, its next event says so */
    if ((size_t)sent < size) queue(c, data + sent, size - sent);
}

static void drain(struct client *c) {
    ssize_t sent = send(c->fd, c->out + c->head, c->tail - c->head, MSG_NOSIGNAL);
    if (sent > 0 && (c->head += sent) == c->tail) watch(c, EPOLL_CTL_MOD, EPOLLIN);
}

static void leave(struct client *c) {
    close(c->fd);
    (seats[c->seat] = seats[--seated])->seat = c->seat;
    free(c->part), free(c->out), free(c);
}

static void enter(int fd) {
    struct client *c = calloc(1, sizeof *c);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    c->fd = fd;
    seats[c->seat = seated++] = c;
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
}

static void relay(struct client *author, const char *data, size_t size) {
    for (int i = 0; i < seated; i++) if (seats[i] != author) deliver(seats[i], data, size);
}

static void receive(struct client *c) { /* a line longer than LINE goes out in pieces */
    static char in[LINE + CHUNK];
    if (c->used) memcpy(in, c->part, c->used);
    ssize_t got = recv(c->fd, in + c->used, CHUNK, 0);
    if (got <= 0) { leave(c); return; }
    char *line = in, *end = in + c->used + got, *stop;
    for (; (stop = memchr(line, '\n', end - line)); line = stop + 1) relay(c, line, stop + 1 - line);
    if (end - line > LINE) relay(c, line, end - line), line = end;
    if ((c->used = end - line)) memcpy(c->part = realloc(c->part, c->used), line, c->used);
}

int main(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(listener, (void *)&address, size) || listen(listener, 4096)) { perror("listen"); return 1; }
    getsockname(listener, (void *)&address, &size);
    printf("Listening at 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    epoll = epoll_create1(0);
    struct epoll_event ready[EVENTS], first = {.events = EPOLLIN, .data.ptr = NULL};
    for (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &first);;) {
        int n = epoll_wait(epoll, ready, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct client *c = ready[i].data.ptr;
            if (c && ready[i].events & EPOLLOUT) drain(c);
            if (c && ready[i].events & ~EPOLLOUT) receive(c);
            while (!c && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) enter(fd);
        }
    }
}
