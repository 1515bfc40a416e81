// SPDX-License-Identifier: GPL-2.0
/*
 * Send UDP datagrams from any IPv4 source, once or as a flood, or an ICMPv4 error that
 * quotes one.
 *
 * The payload is built from parts, see usage(). Needs CAP_NET_RAW.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "wire.h"

#define HEADERS		(sizeof(struct iphdr) + sizeof(struct udphdr))
#define MAX_PAYLOAD	1472
#define MAX_ERROR	576	/* RFC 1812 4.3.2.3 */
#define NSEC_PER_SEC	1000000000ULL

enum vary {
	VARY_NONE,
	VARY_SRC,
	VARY_TEREDO,
	VARY_FLAGS,
	VARY_IP6,
};

enum csum {
	CSUM_RIGHT,
	CSUM_WRONG,
	CSUM_NONE,
};

static struct options {
	struct teredo_endpoint from;
	struct teredo_endpoint to;
	u8 ttl;
	u8 tos;
	u8 tclass;
	enum vary vary;
	enum csum csum;
	bool error;
	struct icmphdr icmp;
	u32 reporter;
	unsigned long count;
	unsigned long rate;
} opt;

static const struct options defaults = { .ttl = 64, .count = 1 };

static u8 packet[HEADERS + MAX_PAYLOAD];
static u8 *const payload = packet + HEADERS;
static size_t payload_len;

static void usage(FILE *f)
{
	fputs("usage: tdinject --from ADDR:PORT --to ADDR:PORT [OPTION]... PART...\n"
	      "       tdinject --batch FILE       lines of arguments, for ever\n"
	      "\n"
	      "  --ttl N  --tos N   of the IPv4 header\n"
	      "  --tclass N         traffic class of the IPv6 header\n"
	      "  --csum wrong|none  of the UDP header\n"
	      "  --error TYPE:CODE[:MTU]  not the datagram, but an ICMP error about it to\n"
	      "                     its source\n"
	      "  --reporter ADDR    which the ICMP error comes from (destination)\n"
	      "  --count N          send so many (1)\n"
	      "  --rate N           so many in a second (as many as go)\n"
	      "  --vary src         each from another IPv4 source, counting up\n"
	      "  --vary teredo      and with that mapping in the IPv6 source, too\n"
	      "  --vary flags       each to other flags, the 4096 of RFC 5991 in order\n"
	      "  --vary ip6         each from another IPv6 source, counting up\n"
	      "\n"
	      "Parts, one after the other:\n"
	      "  HEX                octets\n"
	      "  auth NONCE         authentication element, 8 octets of nonce in hex\n"
	      "  origin ADDR:PORT   origin indication\n"
	      "  bubble SRC DST\n"
	      "  rs SRC DST         router solicitation\n"
	      "  ra SRC DST PREFIX  router advertisement with a /64 and an MTU of 1280\n"
	      "  echo-request SRC DST ID SEQ HEX\n"
	      "  echo-reply SRC DST ID SEQ HEX\n"
	      "  udp6 SRC DST SPORT DPORT LENGTH\n"
	      "  icmp6 SRC DST NEXTHDR HEX TYPE LENGTH   octets of ICMPv6 behind\n"
	      "                     extension headers, the first of which is NEXTHDR\n",
	      f);
}

__attribute__((noreturn, format(printf, 1, 2)))
static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("tdinject: ", stderr);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static unsigned long parse_number(const char *arg, unsigned long max)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(arg, &end, 0);
	if (errno || end == arg || *end || n > max)
		die("%s: not a number up to %lu", arg, max);
	return n;
}

static u32 parse_addr4(const char *arg)
{
	u32 addr;

	if (inet_pton(AF_INET, arg, &addr) != 1)
		die("%s: not an IPv4 address", arg);
	return addr;
}

static struct teredo_endpoint parse_endpoint(const char *arg)
{
	const char *colon = strchr(arg, ':');
	struct teredo_endpoint ep;
	char addr[16] = "";

	if (!colon || colon - arg >= (ptrdiff_t)sizeof(addr))
		die("%s: not ADDR:PORT", arg);
	memcpy(addr, arg, colon - arg);
	ep.addr = parse_addr4(addr);
	ep.port = htons(parse_number(colon + 1, 65535));
	return ep;
}

static struct in6_addr parse_addr6(const char *arg)
{
	struct in6_addr addr;

	if (inet_pton(AF_INET6, arg, &addr) != 1)
		die("%s: not an IPv6 address", arg);
	return addr;
}

/* reserve @len more octets of payload */
static u8 *append(size_t len)
{
	u8 *p = payload + payload_len;

	if (payload_len + len > MAX_PAYLOAD)
		die("payload longer than %d octets", MAX_PAYLOAD);
	payload_len += len;
	return memset(p, 0, len);
}

static size_t append_hex(const char *arg)
{
	size_t i, len = strlen(arg) / 2;
	unsigned int octet;
	u8 *p = append(len);

	if (strlen(arg) % 2 || strspn(arg, "0123456789abcdefABCDEF") != 2 * len)
		die("%s: neither a part nor octets in hex", arg);
	for (i = 0; i < len; i++) {
		sscanf(arg + 2 * i, "%2x", &octet);
		p[i] = octet;
	}
	return len;
}

static void put_u16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* The pseudo headers of ICMPv6 and UDP over IPv6 differ in the protocol. The offset of the
 * checksum differs, too.
 */
static void checksum6(u8 *ip6, size_t len)
{
	u8 *csum = ip6 + TEREDO_IP6_HLEN + (ip6[6] == IPPROTO_UDP ? 6 : 2);
	u32 sum;

	put_u16(csum, 0);
	sum = (u16)~teredo_icmp_csum(ip6, len);
	if (ip6[6] == IPPROTO_UDP)
		sum += 0xffff - TEREDO_NEXTHDR_ICMP + IPPROTO_UDP;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	put_u16(csum, sum || ip6[6] != IPPROTO_UDP ? sum : 0xffff);
}

/* append an IPv6 header for @len octets of payload */
static u8 *append_ip6(u8 nexthdr, size_t len, char **arg)
{
	struct in6_addr src = parse_addr6(arg[0]), dst = parse_addr6(arg[1]);
	u8 *ip6 = append(TEREDO_IP6_HLEN);

	teredo_build_ip6(ip6, nexthdr, len, &src, &dst);
	ip6[0] |= opt.tclass >> 4;
	ip6[1] |= opt.tclass << 4;
	return ip6;
}

static void part_auth(char **arg)
{
	u8 *p = append(4);

	p[1] = 1;
	if (append_hex(arg[0]) != TEREDO_NONCE_LEN)
		die("%s: a nonce has %d octets", arg[0], TEREDO_NONCE_LEN);
	append(1);
}

static void part_origin(char **arg)
{
	teredo_build_origin(append(TEREDO_ORIGIN_LEN), parse_endpoint(arg[0]));
}

static void part_bubble(char **arg)
{
	append_ip6(TEREDO_NEXTHDR_NONE, 0, arg);
}

static void part_rs(char **arg)
{
	u8 *ip6 = append_ip6(TEREDO_NEXTHDR_ICMP, 8, arg);

	append(8)[0] = TEREDO_ICMP_RS;
	checksum6(ip6, TEREDO_IP6_HLEN + 8);
}

static void part_ra(char **arg)
{
	u8 *ip6 = append_ip6(TEREDO_NEXTHDR_ICMP, 16 + 32 + 8, arg);
	struct in6_addr prefix = parse_addr6(arg[2]);
	u8 *icmp = append(16), *opt_prefix = append(32), *opt_mtu = append(8);

	icmp[0] = TEREDO_ICMP_RA;
	opt_prefix[0] = 3;
	opt_prefix[1] = 4;
	opt_prefix[2] = 64;
	opt_prefix[3] = 0x40;
	memset(opt_prefix + 4, 0xff, 8);
	memcpy(opt_prefix + 16, &prefix, sizeof(prefix));
	opt_mtu[0] = 5;
	opt_mtu[1] = 1;
	put_u16(opt_mtu + 6, TEREDO_MTU);
	checksum6(ip6, TEREDO_IP6_HLEN + 16 + 32 + 8);
}

static void append_echo(u8 type, char **arg)
{
	size_t data = strlen(arg[4]) / 2;
	u8 *ip6 = append_ip6(TEREDO_NEXTHDR_ICMP, 8 + data, arg);
	u8 *icmp = append(8);

	icmp[0] = type;
	put_u16(icmp + 4, parse_number(arg[2], 65535));
	put_u16(icmp + 6, parse_number(arg[3], 65535));
	append_hex(arg[4]);
	checksum6(ip6, TEREDO_IP6_HLEN + 8 + data);
}

static void part_echo_request(char **arg)
{
	append_echo(TEREDO_ICMP_ECHO_REQUEST, arg);
}

static void part_echo_reply(char **arg)
{
	append_echo(TEREDO_ICMP_ECHO_REPLY, arg);
}

static void part_udp6(char **arg)
{
	size_t len = sizeof(struct udphdr) + parse_number(arg[4], MAX_PAYLOAD);
	u8 *ip6 = append_ip6(IPPROTO_UDP, len, arg);
	u8 *udp = append(len);

	put_u16(udp, parse_number(arg[2], 65535));
	put_u16(udp + 2, parse_number(arg[3], 65535));
	put_u16(udp + 4, len);
	checksum6(ip6, TEREDO_IP6_HLEN + len);
}

/* Fill in the checksum, which does not cover extension headers, and a target like that of
 * a Neighbor Solicitation if there is room.
 */
static void fill_icmp6(u8 *icmp, size_t len, const u8 *ip6, u8 type)
{
	u8 plain[TEREDO_IP6_HLEN + MAX_PAYLOAD];

	icmp[0] = type;
	if (len >= 24)
		memcpy(icmp + 8, ip6 + 24, 16);
	memcpy(plain, ip6, TEREDO_IP6_HLEN);
	memcpy(plain + TEREDO_IP6_HLEN, icmp, len);
	put_u16(icmp + 2, teredo_icmp_csum(plain, TEREDO_IP6_HLEN + len));
}

static void part_icmp6(char **arg)
{
	size_t headers = strlen(arg[3]) / 2;
	size_t len = parse_number(arg[5], MAX_PAYLOAD);
	u8 *ip6 = append_ip6(parse_number(arg[2], 255), headers + len, arg);

	append_hex(arg[3]);
	if (len >= 4)
		fill_icmp6(append(len), len, ip6, parse_number(arg[4], 255));
}

static const struct {
	const char *name;
	int n_args;
	void (*build)(char **arg);
} parts[] = {
	{ "auth", 1, part_auth },
	{ "origin", 1, part_origin },
	{ "bubble", 2, part_bubble },
	{ "rs", 2, part_rs },
	{ "ra", 3, part_ra },
	{ "echo-request", 5, part_echo_request },
	{ "echo-reply", 5, part_echo_reply },
	{ "udp6", 5, part_udp6 },
	{ "icmp6", 6, part_icmp6 },
};

static void build_payload(char **arg, int n)
{
	size_t i;

	while (n > 0) {
		for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
			if (!strcmp(arg[0], parts[i].name))
				break;
		if (i == sizeof(parts) / sizeof(*parts)) {
			append_hex(arg[0]);
			arg++;
			n--;
			continue;
		}
		if (n <= parts[i].n_args)
			die("%s: takes %d arguments", arg[0], parts[i].n_args);
		parts[i].build(arg + 1);
		arg += 1 + parts[i].n_args;
		n -= 1 + parts[i].n_args;
	}
}

static u16 internet_checksum(const u8 *data, size_t len, u32 sum)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? data[i] : data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* a computed checksum of 0 is sent as 0xffff, as 0 means no checksum */
static u16 udp_checksum(const u8 *udp, size_t len, u32 src, u32 dst)
{
	u32 pseudo = (src >> 16) + (src & 0xffff) + (dst >> 16) +
		     (dst & 0xffff) + IPPROTO_UDP + len;

	return internet_checksum(udp, len, pseudo) ?: 0xffff;
}

/* the kernel fills in length, identification and checksum of the IPv4 header */
static void build_headers(struct teredo_endpoint from)
{
	struct iphdr ip = {
		.version = 4, .ihl = 5, .tos = opt.tos, .ttl = opt.ttl,
		.protocol = IPPROTO_UDP,
		.saddr = from.addr, .daddr = opt.to.addr,
	};
	struct udphdr udp = {
		.source = from.port, .dest = opt.to.port,
		.len = htons(sizeof(udp) + payload_len),
	};
	u8 *p = packet + sizeof(ip);

	memcpy(packet, &ip, sizeof(ip));
	memcpy(p, &udp, sizeof(udp));
	if (opt.csum == CSUM_NONE)
		return;
	put_u16(p + 6, udp_checksum(p, sizeof(udp) + payload_len,
				    ntohl(from.addr), ntohl(opt.to.addr)));
	if (opt.csum == CSUM_WRONG)
		p[6] ^= 0x10;
}

/* An ICMP error that quotes the beginning of the datagram. The quoted header has length and
 * checksum, but no other fields that the kernel fills in.
 * Return: its length.
 */
static size_t build_error(u8 *error, u32 to)
{
	struct iphdr ip = {
		.version = 4, .ihl = 5, .ttl = opt.ttl, .protocol = IPPROTO_ICMP,
		.saddr = opt.reporter, .daddr = to,
	};
	u8 *icmp = error + sizeof(ip), *quoted = icmp + sizeof(opt.icmp);
	size_t len = HEADERS + payload_len;

	memcpy(error, &ip, sizeof(ip));
	memcpy(icmp, &opt.icmp, sizeof(opt.icmp));
	if (len > MAX_ERROR - (size_t)(quoted - error))
		len = MAX_ERROR - (quoted - error);
	memcpy(quoted, packet, len);
	put_u16(quoted + 2, HEADERS + payload_len);
	put_u16(quoted + 10, internet_checksum(quoted, sizeof(ip), 0));
	put_u16(icmp + 2,
		internet_checksum(icmp, sizeof(opt.icmp) + len, 0));
	return quoted + len - error;
}

static void send_packet(int fd, struct teredo_endpoint from)
{
	u8 error[MAX_ERROR], *p = opt.error ? error : packet;
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = opt.error ? from.addr : opt.to.addr,
	};
	size_t len = HEADERS + payload_len;

	build_headers(from);
	if (opt.error)
		len = build_error(error, from.addr);
	if (sendto(fd, p, len, 0, (struct sockaddr *)&sin, sizeof(sin)) < 0)
		die("sendto: %s", strerror(errno));
}

/* put the source endpoint into the IPv6 source address */
static void set_mapping(const struct teredo_packet *pkt,
			struct teredo_endpoint from)
{
	u8 *ip6 = payload + pkt->ip6;
	struct in6_addr src;

	memcpy(&src, ip6 + 8, sizeof(src));
	teredo_make_address(&src, src.s6_addr32[0], teredo_server(&src),
			    teredo_flags(&src), from);
	memcpy(ip6 + 8, &src, sizeof(src));
	if (ip6[6] == TEREDO_NEXTHDR_ICMP || ip6[6] == IPPROTO_UDP)
		checksum6(ip6, pkt->ip6_len);
}

/* the random bits of the flags are 2 to 5 and 8 to 15 (RFC 5991 3) */
static void set_flags(const struct teredo_packet *pkt, unsigned long i)
{
	u8 *ip6 = payload + pkt->ip6;

	ip6[24 + 8] = (i >> 8 & 15) << 2;
	ip6[24 + 9] = i;
	if (ip6[6] == TEREDO_NEXTHDR_ICMP || ip6[6] == IPPROTO_UDP)
		checksum6(ip6, pkt->ip6_len);
}

static void count_up(const struct teredo_packet *pkt)
{
	u8 *ip6 = payload + pkt->ip6;
	int i = 8 + 15;

	while (!++ip6[i] && i > 8)
		i--;
	if (ip6[6] == TEREDO_NEXTHDR_ICMP || ip6[6] == IPPROTO_UDP)
		checksum6(ip6, pkt->ip6_len);
}

static void send_all(int fd)
{
	struct teredo_endpoint from = opt.from;
	struct teredo_packet pkt;
	struct timespec start;
	unsigned long i;

	if (opt.vary != VARY_NONE && opt.vary != VARY_SRC &&
	    teredo_parse(&pkt, payload, payload_len))
		die("there is no IPv6 packet to vary");

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (i = 0; i < opt.count; i++) {
		if (opt.vary == VARY_FLAGS)
			set_flags(&pkt, i);
		else if (opt.vary == VARY_IP6)
			count_up(&pkt);
		else if (opt.vary != VARY_NONE)
			from.addr = htonl(ntohl(opt.from.addr) + i);
		if (opt.vary == VARY_TEREDO)
			set_mapping(&pkt, from);
		if (opt.rate && i) {
			uint64_t ns = start.tv_nsec + i * NSEC_PER_SEC / opt.rate;
			struct timespec when = {
				.tv_sec = start.tv_sec + ns / NSEC_PER_SEC,
				.tv_nsec = ns % NSEC_PER_SEC,
			};

			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when,
					NULL);
		}
		send_packet(fd, from);
	}
}

static enum vary parse_vary(const char *word)
{
	if (!strcmp(word, "src"))
		return VARY_SRC;
	if (!strcmp(word, "teredo"))
		return VARY_TEREDO;
	if (!strcmp(word, "flags"))
		return VARY_FLAGS;
	if (!strcmp(word, "ip6"))
		return VARY_IP6;
	die("%s: nothing to vary", word);
}

static enum csum parse_csum(const char *word)
{
	if (!strcmp(word, "wrong"))
		return CSUM_WRONG;
	if (!strcmp(word, "none"))
		return CSUM_NONE;
	die("%s: no checksum is like that", word);
}

/* TYPE:CODE[:MTU] */
static void parse_error(const char *arg)
{
	unsigned int type, code, mtu = 0;

	if (sscanf(arg, "%u:%u:%u", &type, &code, &mtu) < 2)
		die("%s: not TYPE:CODE[:MTU]", arg);
	opt.error = true;
	opt.icmp.type = type;
	opt.icmp.code = code;
	opt.icmp.un.frag.mtu = htons(mtu);
}

static void parse_option(int c)
{
	switch (c) {
	case 'f':
		opt.from = parse_endpoint(optarg);
		break;
	case 't':
		opt.to = parse_endpoint(optarg);
		break;
	case 'T':
		opt.ttl = parse_number(optarg, 255);
		break;
	case 'O':
		opt.tos = parse_number(optarg, 255);
		break;
	case 'C':
		opt.tclass = parse_number(optarg, 255);
		break;
	case 'c':
		opt.count = parse_number(optarg, 100000000);
		break;
	case 'r':
		opt.rate = parse_number(optarg, 100000000);
		break;
	case 'v':
		opt.vary = parse_vary(optarg);
		break;
	case 's':
		opt.csum = parse_csum(optarg);
		break;
	case 'e':
		parse_error(optarg);
		break;
	case 'b':
		opt.reporter = parse_addr4(optarg);
		break;
	case 'h':
		usage(stdout);
		exit(0);
	default:
		usage(stderr);
		exit(2);
	}
}

static void parse_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },
		{ "ttl", required_argument, NULL, 'T' },
		{ "tos", required_argument, NULL, 'O' },
		{ "tclass", required_argument, NULL, 'C' },
		{ "count", required_argument, NULL, 'c' },
		{ "rate", required_argument, NULL, 'r' },
		{ "vary", required_argument, NULL, 'v' },
		{ "csum", required_argument, NULL, 's' },
		{ "error", required_argument, NULL, 'e' },
		{ "reporter", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	int c;

	opt = defaults;
	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		parse_option(c);
	if (!opt.from.addr || !opt.to.addr) {
		usage(stderr);
		exit(2);
	}
	if (!opt.reporter)
		opt.reporter = opt.to.addr;
}

static void inject(int fd, int argc, char **argv)
{
	parse_options(argc, argv);
	payload_len = 0;
	build_payload(argv + optind, argc - optind);
	send_all(fd);
}

/* Reads commands from @path: starting a program takes longer than sending a packet, under
 * emulation much longer.
 */
static void batch(int fd, const char *path)
{
	char line[8192], name[] = "tdinject", *argv[64], *word;
	FILE *f = fopen(path, "r");
	int argc;

	if (!f)
		die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		argc = 0;
		argv[argc++] = name;
		for (word = strtok(line, " \n"); word && argc < 63;
		     word = strtok(NULL, " \n"))
			argv[argc++] = word;
		argv[argc] = NULL;
		inject(fd, argc, argv);
	}
	fclose(f);
}

int main(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

	if (fd < 0 && errno != EPERM)
		die("socket: %s", strerror(errno));
	if (argc == 3 && !strcmp(argv[1], "--batch"))
		batch(fd, argv[2]);
	else
		inject(fd, argc, argv);
	return 0;
}
