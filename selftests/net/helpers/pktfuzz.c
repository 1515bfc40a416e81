// SPDX-License-Identifier: GPL-2.0
/*
 * Packet fuzzer: damaged datagrams of a file of vectors, with the addresses of current
 * peers, sent from arbitrary source addresses.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "wire.h"

#define PAYLOAD_MAX	1472
#define VECTORS		256
#define KNOWN		16

struct octets {
	u8 data[PAYLOAD_MAX];
	size_t len;
};

/* a source address, which can be foreign, and a socket bound to it */
struct source {
	struct teredo_endpoint ep;
	int fd;
};

static const char usage[] =
	"usage: pktfuzz [-a IPV6]... -s IPV4:PORT... -t IPV4:PORT... SEED COUNT FILE\n"
	"  -a  put into packets\n"
	"  -s  send from\n"
	"  -t  send to\n"
	"FILE has lines ID HEX\n";

static struct octets vectors[VECTORS];
static struct in6_addr known[KNOWN];
static struct source sources[KNOWN];
static struct teredo_endpoint targets[KNOWN];
static unsigned int n_vectors, n_known, n_sources, n_targets;
static uint64_t seed;

/* ---- chance ---- */

static unsigned int below(unsigned int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 16) % n;
}

static bool percent(unsigned int n)
{
	return below(100) < n;
}

static void random_octets(u8 *p, size_t len)
{
	while (len--)
		*p++ = below(256);
}

/* ---- blind damage ---- */

static void flip_bit(struct octets *o)
{
	if (o->len)
		o->data[below(o->len)] ^= 1 << below(8);
}

static void set_octet(struct octets *o)
{
	static const u8 values[] = { 0, 1, 0x3a, 0x3b, 0x40, 0x7f, 0x80, 0xff };

	if (o->len)
		o->data[below(o->len)] = values[below(sizeof(values))];
}

static void truncate_it(struct octets *o)
{
	o->len = below(o->len + 1);
}

/* append random octets, or some that look like trailers */
static void append(struct octets *o)
{
	size_t len = below(percent(90) ? 40 : 1400);

	if (o->len + len > PAYLOAD_MAX)
		len = PAYLOAD_MAX - o->len;
	random_octets(o->data + o->len, len);
	if (len >= 2 && percent(70)) {
		o->data[o->len] = below(8) | (below(4) << 6);
		o->data[o->len + 1] = len - 2 - below(2);
	}
	o->len += len;
}

static void splice(struct octets *o)
{
	const struct octets *other = &vectors[below(n_vectors)];
	size_t at = below(o->len + 1), from = below(other->len + 1);
	size_t len = other->len - from;

	if (at + len > PAYLOAD_MAX)
		len = PAYLOAD_MAX - at;
	memcpy(o->data + at, other->data + from, len);
	o->len = at + len;
}

static void remove_some(struct octets *o)
{
	size_t at = below(o->len + 1), len = below(o->len - at + 1);

	memmove(o->data + at, o->data + at + len, o->len - at - len);
	o->len -= len;
}

static void (*const damages[])(struct octets *o) = {
	flip_bit, flip_bit, set_octet, truncate_it, append, append, splice,
	remove_some,
};

/* ---- damage of fields, and repair of dependent ones ---- */

static void set_length(u8 *ip6, size_t room)
{
	u16 len = percent(70) ? room - TEREDO_IP6_HLEN : below(65536);

	ip6[4] = len >> 8;
	ip6[5] = len;
}

/* a known address, or that of a client at the source endpoint */
static void set_address(u8 *to, struct teredo_endpoint from)
{
	struct in6_addr addr = known[below(n_known)];

	if (percent(30))
		teredo_make_address(&addr, htonl(TEREDO_PREFIX),
				    htonl(0xcb007101), below(65536), from);
	memcpy(to, &addr, sizeof(addr));
}

static void set_type(u8 *ip6, size_t len)
{
	static const u8 types[] = { 1, 128, 129, 133, 134, 135, 136, 137 };

	ip6[6] = percent(50) ? TEREDO_NEXTHDR_ICMP : percent(50) ?
		 TEREDO_NEXTHDR_NONE : below(256);
	if (len > TEREDO_IP6_HLEN)
		ip6[TEREDO_IP6_HLEN] = types[below(sizeof(types))];
}

static void set_checksum(u8 *ip6, size_t len)
{
	u16 sum;

	if (teredo_icmp_type(ip6, len) < 0)
		return;
	memset(ip6 + TEREDO_IP6_HLEN + 2, 0, 2);
	sum = teredo_icmp_csum(ip6, len);
	ip6[TEREDO_IP6_HLEN + 2] = sum >> 8;
	ip6[TEREDO_IP6_HLEN + 3] = sum;
}

static void change_fields(struct octets *o, struct teredo_endpoint from)
{
	struct teredo_packet pkt;
	u8 *ip6;

	if (teredo_parse(&pkt, o->data, o->len))
		return;
	ip6 = o->data + pkt.ip6;
	if (percent(70))
		set_address(ip6 + 8, from);
	if (percent(70))
		set_address(ip6 + 24, from);
	if (percent(20))
		set_type(ip6, pkt.ip6_len);
	if (percent(20))
		ip6[7] = 255;
	if (percent(70))
		set_checksum(ip6, pkt.ip6_len);
	if (percent(10))
		set_length(ip6, o->len - pkt.ip6);
}

static void make(struct octets *o, struct teredo_endpoint from)
{
	unsigned int n = below(4);

	*o = vectors[below(n_vectors)];
	while (n--)
		damages[below(ARRAY_SIZE(damages))](o);
	if (percent(80))
		change_fields(o, from);
}

/* ---- the rest ---- */

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "pktfuzz: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void load(const char *path)
{
	char line[2 * PAYLOAD_MAX + 64], *hex;
	FILE *f = fopen(path, "r");
	struct octets *o;
	unsigned int octet;

	if (!f)
		die(path);
	while (n_vectors < VECTORS && fgets(line, sizeof(line), f)) {
		hex = strchr(line, ' ');
		if (line[0] == '#' || !hex++)
			continue;
		o = &vectors[n_vectors];
		for (; o->len < PAYLOAD_MAX && sscanf(hex, "%2x", &octet) == 1;
		     hex += 2)
			o->data[o->len++] = octet;
		n_vectors++;
	}
	fclose(f);
}

static struct teredo_endpoint parse_endpoint(char *text)
{
	char *colon = strchr(text, ':');
	struct teredo_endpoint ep;

	errno = EINVAL;
	if (!colon)
		die(text);
	*colon = '\0';
	if (inet_pton(AF_INET, text, &ep.addr) != 1)
		die(text);
	ep.port = htons(atoi(colon + 1));
	return ep;
}

static struct sockaddr_in to_sin(struct teredo_endpoint ep)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_addr.s_addr = ep.addr,
		.sin_port = ep.port,
	};
}

static void add_source(char *text)
{
	struct source *source = &sources[n_sources++];
	struct sockaddr_in sin;
	int on = 1;

	source->ep = parse_endpoint(text);
	sin = to_sin(source->ep);
	source->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (source->fd < 0 ||
	    setsockopt(source->fd, SOL_IP, IP_TRANSPARENT, &on, sizeof(on)) ||
	    bind(source->fd, (struct sockaddr *)&sin, sizeof(sin)))
		die("source");
}

static void send_one(void)
{
	const struct source *source = &sources[below(n_sources)];
	struct sockaddr_in sin = to_sin(targets[below(n_targets)]);
	struct octets o;

	make(&o, source->ep);
	while (sendto(source->fd, o.data, o.len, 0, (struct sockaddr *)&sin,
		      sizeof(sin)) < 0 && errno == EAGAIN)
		usleep(1000);
}

static void parse_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "a:s:t:")) != -1) {
		if (n_known == KNOWN || n_sources == KNOWN ||
		    n_targets == KNOWN)
			break;
		if (c == 'a' &&
		    inet_pton(AF_INET6, optarg, &known[n_known++]) != 1)
			break;
		if (c == 's')
			add_source(optarg);
		if (c == 't')
			targets[n_targets++] = parse_endpoint(optarg);
		if (c == '?')
			break;
	}
	if (c == -1 && argc - optind == 3 && n_known && n_sources && n_targets)
		return;
	fputs(usage, stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	unsigned long count, i;

	parse_options(argc, argv);
	seed = strtoull(argv[optind], NULL, 0) | 1;
	count = strtoul(argv[optind + 1], NULL, 0);
	load(argv[optind + 2]);
	for (i = 0; i < count; i++) {
		send_one();
		/* let the receivers keep up */
		if (i % 64 == 63)
			usleep(1000);
	}
	printf("seed %s: %lu datagrams\n", argv[optind], count);
	return 0;
}
