// SPDX-License-Identifier: GPL-2.0
/*
 * UDP test between two hosts, which compares received data with sent data.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/udp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_PAYLOAD	65000
#define MAX_COUNT	64
/* An echo is lost if it has not arrived after this time. Without loss, it takes some
 * milliseconds.
 */
#define TIMEOUT_MS	1000

static const char usage[] =
	"usage: tdudp serve PORT              send every datagram back\n"
	"       tdudp sizes ADDR PORT         datagrams of many sizes, one by one\n"
	"       tdudp burst ADDR PORT SIZE N  so many datagrams at the same time\n"
	"       tdudp gso ADDR PORT SIZE N    the same, by one system call\n";

/* sizes up to the MTU of 1280, and beyond it, for IPv6 fragments */
static const size_t sizes[] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128,
	129, 255, 256, 257, 511, 512, 513, 999, 1000, 1023, 1024, 1025, 1199, 1200,
	1229, 1230, 1231, 1232, 1233, 1400, 2000, 3001,
};

static uint8_t sent[MAX_PAYLOAD], got[MAX_PAYLOAD];

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "tdudp: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A socket with buffer for all datagrams of a burst. Datagrams that GRO has coalesced to
 * a list are charged much more memory than their length.
 */
static int udp_socket(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), room = 16 << 20;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room,
				 sizeof(room)))
		die("socket");
	return fd;
}

static struct sockaddr_in6 endpoint(const char *addr, const char *port)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(atoi(port)),
	};

	if (inet_pton(AF_INET6, addr, &to.sin6_addr) != 1)
		die(addr);
	return to;
}

static void serve(const char *port)
{
	struct sockaddr_in6 addr = endpoint("::", port);
	int fd = udp_socket();
	socklen_t len;
	ssize_t n;

	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("bind");
	for (;;) {
		len = sizeof(addr);
		n = recvfrom(fd, got, sizeof(got), 0, (struct sockaddr *)&addr,
			     &len);
		if (n >= 0)
			sendto(fd, got, n, 0, (struct sockaddr *)&addr, len);
	}
}

static int connected(const char *addr, const char *port)
{
	struct sockaddr_in6 to = endpoint(addr, port);
	int fd = udp_socket();

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die(addr);
	return fd;
}

/* Return: length of an echo, or -1 if none has arrived in time */
static ssize_t receive(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	if (poll(&pfd, 1, TIMEOUT_MS) != 1)
		return -1;
	return recv(fd, got, sizeof(got), 0);
}

static int check_sizes(int fd)
{
	unsigned int bad = 0;
	size_t i, size;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		size = sizes[i];
		if (send(fd, sent, size, 0) != (ssize_t)size)
			die("send");
		if (receive(fd) == (ssize_t)size && !memcmp(sent, got, size))
			continue;
		printf("%zu octets: no echo, or another one\n", size);
		bad++;
	}
	return bad != 0;
}

/* Check echoes of @count datagrams of @size octets that are parts of the sent data and
 * differ in their first octet.
 */
static int check_parts(int fd, size_t size, size_t count)
{
	unsigned int good = 0;
	uint8_t seen[256] = {};
	const uint8_t *part;

	while (good < count && receive(fd) == (ssize_t)size) {
		part = sent + got[0] * size;
		if (got[0] >= count || seen[got[0]]++ ||
		    memcmp(part, got, size))
			break;
		good++;
	}
	if (good == count)
		return 0;
	printf("%u of %zu echoes are right\n", good, count);
	return 1;
}

static int check_burst(int fd, size_t size, size_t count, int gso)
{
	int segment = size;
	size_t i;

	if (!size || count > MAX_COUNT || size * count > MAX_PAYLOAD)
		die("SIZE or N");
	for (i = 0; i < count; i++)
		sent[i * size] = i;
	if (!gso) {
		for (i = 0; i < count; i++)
			if (send(fd, sent + i * size, size, 0) < 0)
				die("send");
	} else if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment,
			      sizeof(segment)) ||
		   send(fd, sent, size * count, 0) < 0) {
		die("send");
	}
	return check_parts(fd, size, count);
}

int main(int argc, char *argv[])
{
	size_t i;

	srandom(1);
	for (i = 0; i < sizeof(sent); i++)
		sent[i] = random();
	if (argc == 3 && !strcmp(argv[1], "serve"))
		serve(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "sizes"))
		return check_sizes(connected(argv[2], argv[3]));
	if (argc == 6 && (!strcmp(argv[1], "burst") || !strcmp(argv[1], "gso")))
		return check_burst(connected(argv[2], argv[3]), atoi(argv[4]),
				   atoi(argv[5]), argv[1][0] == 'g');
	fputs(usage, stderr);
	return 2;
}
