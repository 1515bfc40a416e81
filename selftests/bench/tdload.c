// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic generator with sockets: floods, requests with answers, and connections. Times
 * are in nanoseconds of the clock.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT_ECHO	7
#define PORT_DISCARD	9
#define MAX_PAYLOAD	1232
#define MAX_FLOWS	16
#define BULK_WRITE	(128 * 1024)
/* Ignore the start of flows: when slow start ends is random with round-trip times of less
 * than 0.1 ms.
 */
#define BULK_WARM_UP	(NSEC_PER_SEC / 5)
#define MAX_COUNT	100000
#define NSEC_PER_SEC	1000000000LL

static const char usage[] =
	"usage: tdload serve               echo UDP; for each TCP connection, a first\n"
	"                                  octet, and what comes is read\n"
	"       tdload flood ADDR SIZE MS  UDP datagrams for so long: how many, and\n"
	"                                  nanoseconds\n"
	"       tdload echo ADDR SIZE N    so many requests, one after the other:\n"
	"                                  the median of the round trips\n"
	"       tdload connect ADDR N      TCP to so many hosts, ADDR and those after\n"
	"                                  it: the median until the first octet, and\n"
	"                                  how long all took\n"
	"       tdload bulk ADDR FLOWS MS  TCP as fast as it goes for so long: octets\n"
	"                                  acknowledged, and nanoseconds\n";

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "tdload: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static struct sockaddr_in6 endpoint(const char *addr, uint16_t port)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(port),
	};

	if (addr && inet_pton(AF_INET6, addr, &sin6.sin6_addr) != 1)
		die(addr);
	return sin6;
}

static int open_socket(int type)
{
	int fd = socket(AF_INET6, type, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static int connected(int type, const struct sockaddr_in6 *to)
{
	int fd = open_socket(type);

	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		die("connect");
	return fd;
}

static int bound(int type)
{
	struct sockaddr_in6 any = endpoint(NULL, PORT_ECHO);
	int fd = open_socket(type), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&any, sizeof(any)))
		die("bind");
	if (type == SOCK_STREAM && listen(fd, 128))
		die("listen");
	return fd;
}

static void echo_one(int fd)
{
	struct sockaddr_in6 from;
	socklen_t len = sizeof(from);
	char buf[MAX_PAYLOAD];
	ssize_t n;

	n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len);
	if (n >= 0)
		sendto(fd, buf, n, 0, (struct sockaddr *)&from, len);
}

static int accept_one(int fd)
{
	int conn = accept(fd, NULL, NULL);

	if (conn < 0 || write(conn, "", 1) != 1)
		die("accept");
	return conn;
}

static char bulk_buf[BULK_WRITE];

/* Return: @fd, or -1 after it has been closed */
static int read_some(int fd)
{
	if (recv(fd, bulk_buf, sizeof(bulk_buf), 0) > 0)
		return fd;
	close(fd);
	return -1;
}

/* Connections are opened and closed one by one, or all at once. Closed ones are removed
 * from the end of the list.
 */
static void serve(void)
{
	struct pollfd fds[2 + MAX_FLOWS] = {
		{ .fd = bound(SOCK_DGRAM), .events = POLLIN },
		{ .fd = bound(SOCK_STREAM), .events = POLLIN },
	};
	int n = 2, i;

	while (poll(fds, n, -1) > 0) {
		for (i = 2; i < n; i++)
			if (fds[i].revents)
				fds[i].fd = read_some(fds[i].fd);
		while (n > 2 && fds[n - 1].fd < 0)
			n--;
		if (fds[0].revents)
			echo_one(fds[0].fd);
		if (fds[1].revents && n < 2 + MAX_FLOWS)
			fds[n++] = (struct pollfd) {
				.fd = accept_one(fds[1].fd), .events = POLLIN,
			};
	}
}

static size_t parse_size(const char *arg)
{
	size_t size = strtoul(arg, NULL, 10);

	if (!size || size > MAX_PAYLOAD)
		die(arg);
	return size;
}

static void flood(const char *addr, const char *size_arg, const char *ms)
{
	struct sockaddr_in6 to = endpoint(addr, PORT_DISCARD);
	int64_t begin = now(), end = begin + atol(ms) * (NSEC_PER_SEC / 1000);
	size_t size = parse_size(size_arg);
	int fd = connected(SOCK_DGRAM, &to);
	static char buf[MAX_PAYLOAD];
	long sent = 0;

	while (now() < end)
		if (send(fd, buf, size, 0) == (ssize_t)size)
			sent++;
	printf("%ld %lld\n", sent, (long long)(now() - begin));
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t median(int64_t *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_size);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static size_t parse_count(const char *arg)
{
	size_t count = strtoul(arg, NULL, 10);

	if (!count || count > MAX_COUNT)
		die(arg);
	return count;
}

static int64_t times[MAX_COUNT];

static void echo(const char *addr, const char *size_arg, const char *count_arg)
{
	size_t size = parse_size(size_arg), count = parse_count(count_arg), i;
	struct sockaddr_in6 to = endpoint(addr, PORT_ECHO);
	int fd = connected(SOCK_DGRAM, &to);
	static char buf[MAX_PAYLOAD];
	int64_t begin;

	for (i = 0; i < count; i++) {
		begin = now();
		if (send(fd, buf, size, 0) < 0 ||
		    recv(fd, buf, sizeof(buf), 0) < 0)
			die("echo");
		times[i] = now() - begin;
	}
	printf("%lld\n", (long long)median(times, count));
}

static void connect_many(const char *addr, const char *count_arg)
{
	struct sockaddr_in6 to = endpoint(addr, PORT_ECHO);
	size_t count = parse_count(count_arg), i;
	uint32_t low = ntohl(to.sin6_addr.s6_addr32[3]);
	int64_t begin, all = now();
	char octet;
	int fd;

	for (i = 0; i < count; i++) {
		to.sin6_addr.s6_addr32[3] = htonl(low + i);
		begin = now();
		fd = connected(SOCK_STREAM, &to);
		if (read(fd, &octet, 1) != 1)
			die("read");
		times[i] = now() - begin;
		close(fd);
	}
	all = now() - all;
	printf("%lld %lld\n", (long long)median(times, count), (long long)all);
}

static uint64_t acknowledged(const struct pollfd *fds, int flows)
{
	struct tcp_info info;
	uint64_t sum = 0;
	socklen_t len;
	int i;

	for (i = 0; i < flows; i++) {
		len = sizeof(info);
		if (getsockopt(fds[i].fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			die("TCP_INFO");
		sum += info.tcpi_bytes_acked;
	}
	return sum;
}

static void write_until(struct pollfd *fds, int flows, int64_t end)
{
	int i;

	while (now() < end && poll(fds, flows, 100) >= 0)
		for (i = 0; i < flows; i++)
			if (fds[i].revents &&
			    send(fds[i].fd, bulk_buf, sizeof(bulk_buf),
				 MSG_DONTWAIT) < 0 && errno != EAGAIN)
				die("send");
}

static void bulk(const char *addr, const char *flows_arg, const char *ms)
{
	struct sockaddr_in6 to = endpoint(addr, PORT_ECHO);
	int flows = atoi(flows_arg), i;
	struct pollfd fds[MAX_FLOWS];
	uint64_t octets;
	int64_t begin;

	if (flows < 1 || flows > MAX_FLOWS)
		die(flows_arg);
	for (i = 0; i < flows; i++) {
		fds[i].fd = connected(SOCK_STREAM, &to);
		fds[i].events = POLLOUT;
	}
	write_until(fds, flows, now() + BULK_WARM_UP);
	octets = acknowledged(fds, flows);
	begin = now();
	write_until(fds, flows, begin + atol(ms) * (NSEC_PER_SEC / 1000));
	octets = acknowledged(fds, flows) - octets;
	printf("%llu %lld\n", (unsigned long long)octets,
	       (long long)(now() - begin));
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "serve")) {
		serve();
	} else if (argc == 5 && !strcmp(argv[1], "flood")) {
		flood(argv[2], argv[3], argv[4]);
	} else if (argc == 5 && !strcmp(argv[1], "echo")) {
		echo(argv[2], argv[3], argv[4]);
	} else if (argc == 4 && !strcmp(argv[1], "connect")) {
		connect_many(argv[2], argv[3]);
	} else if (argc == 5 && !strcmp(argv[1], "bulk")) {
		bulk(argv[2], argv[3], argv[4]);
	} else {
		fputs(usage, stderr);
		return 2;
	}
	return 0;
}
