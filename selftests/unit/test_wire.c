// SPDX-License-Identifier: GPL-2.0
/*
 * Wire formats: parsers against the test vectors, and builders for those that are built
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "ktap.h"
#include "packet.h"

static size_t vector(const char *id, u8 *buf)
{
	return ktap_load("vectors.txt", id, buf);
}

static bool equals(const char *id, const void *data, size_t len)
{
	u8 buf[KTAP_OCTETS];

	return vector(id, buf) == len && !memcmp(buf, data, len);
}

static __be32 ip4(const char *text)
{
	struct in_addr addr = { 0 };

	CHECK(inet_pton(AF_INET, text, &addr) == 1);
	return addr.s_addr;
}

static struct in6_addr ip6(const char *text)
{
	struct in6_addr addr = { 0 };

	CHECK(inet_pton(AF_INET6, text, &addr) == 1);
	return addr;
}

static struct teredo_endpoint endpoint(const char *text, u16 port)
{
	return (struct teredo_endpoint) { ip4(text), cpu_to_be16(port) };
}

/* ---- AD: addresses ---- */

struct ad {
	const char *id;
	const char *server;	/* NULL: a link-local address */
	u16 flags;
	const char *mapped;
	u16 port;
	bool bad;		/* must not be sent to */
};

static void test_address(const void *arg)
{
	const struct teredo_endpoint none = { 0 };
	const struct ad *ad = arg;
	struct teredo_endpoint mapped = endpoint(ad->mapped, ad->port);
	const __be32 prefix = cpu_to_be32(TEREDO_PREFIX);
	__be32 server = ad->server ? ip4(ad->server) : 0;
	struct in6_addr built, addr = { 0 };

	CHECK(vector(ad->id, addr.s6_addr) == sizeof(addr));
	if (ad->server)
		teredo_make_address(&built, prefix, server, ad->flags, mapped);
	else
		teredo_make_linklocal(&built, ad->flags, mapped);
	CHECK(equals(ad->id, &built, sizeof(built)));

	CHECK(teredo_is_teredo(&addr, prefix) == !!ad->server);
	CHECK(!ad->server || teredo_server(&addr) == server);
	CHECK(teredo_flags(&addr) == ad->flags);
	CHECK(teredo_endpoint_equal(teredo_mapped(&addr), mapped));
	CHECK(!teredo_endpoint_equal(teredo_mapped(&addr), none));
	if (ad->server)
		CHECK(ad->bad != (teredo_ipv4_is_global(mapped.addr) &&
				  teredo_ipv4_is_global(server)));
}

#define AD(id, reqs, ...)						\
	{ id " address # G-04 G-05 " reqs, test_address,		\
	  &(const struct ad){ id, __VA_ARGS__ } }

/* ---- G-01, G-19: blocks ---- */

static void test_prefix(const void *arg)
{
	const __be32 prefix = cpu_to_be32(TEREDO_PREFIX);
	struct in6_addr a = ip6("2001:db8::1"), b = ip6("3ffe:831f::1"),
			c = ip6("2001:0:cb00:7101::1");

	(void)arg;
	CHECK(!teredo_is_teredo(&a, prefix));
	CHECK(!teredo_is_teredo(&b, prefix));
	CHECK(teredo_is_teredo(&c, prefix));
}

static void test_global(const void *arg)
{
	/* both ends of each range */
	static const char * const bad[] = {
		"0.0.0.0", "0.255.255.255", "127.0.0.0", "127.255.255.255",
		"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255",
		"192.168.0.0", "192.168.255.255", "169.254.0.0",
		"169.254.255.255", "192.88.99.0", "192.88.99.255", "224.0.0.0",
		"224.0.0.253", "239.255.255.255", "255.255.255.255",
	};
	static const char * const good[] = {
		"1.0.0.0", "9.255.255.255", "11.0.0.0", "126.255.255.255",
		"128.0.0.0", "169.253.255.255", "169.255.0.0",
		"172.15.255.255", "172.32.0.0", "192.88.98.255", "192.88.100.0",
		"192.167.255.255", "192.169.0.0", "223.255.255.255",
		"240.0.0.0", "255.255.255.254", "192.0.2.10", "100.64.0.1",
	};
	size_t i;

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(!teredo_ipv4_is_global(ip4(bad[i])));
	for (i = 0; i < ARRAY_SIZE(good); i++)
		CHECK(teredo_ipv4_is_global(ip4(good[i])));
}

/* ---- OR: origin indications ---- */

struct or {
	const char *id;
	const char *addr;
	u16 port;
};

static void test_origin(const void *arg)
{
	const struct or *or = arg;
	struct teredo_endpoint from = endpoint(or->addr, or->port);
	u8 built[TEREDO_ORIGIN_LEN], data[2 * KTAP_OCTETS];
	struct teredo_packet pkt;
	size_t len;

	teredo_build_origin(built, from);
	CHECK(equals(or->id, built, sizeof(built)));

	len = vector(or->id, data);
	len += vector("BU-1", data + len);
	CHECK(!teredo_parse(&pkt, data, len));
	CHECK(pkt.origin && !pkt.auth && pkt.ip6 == TEREDO_ORIGIN_LEN);
	CHECK(teredo_endpoint_equal(pkt.from, from));
	/* the indication without a packet is invalid */
	CHECK(teredo_parse(&pkt, data, TEREDO_ORIGIN_LEN));
}

#define OR(id, reqs, ...)						\
	{ id " origin indication # G-12 S-20 " reqs, test_origin,	\
	  &(const struct or){ id, __VA_ARGS__ } }

/* ---- AU: authentication ---- */

static const char secret[] = "teredo-test-secret";

static const struct packet_key no_key, id_key = {
	.id = "alice", .id_len = 5,
}, full_key = {
	.id = "alice", .id_len = 5,
	.secret = "teredo-test-secret", .secret_len = sizeof(secret) - 1,
};

static const u8 nonce[TEREDO_NONCE_LEN] = { 1, 2, 3, 4, 5, 6, 7, 8 };

struct au {
	const char *id;
	u8 id_len;
	u8 au_len;
	u8 confirmation;
	const char *parts[3];	/* vectors that the value covers */
	bool bad;		/* the value is wrong */
};

static void test_auth(const void *arg)
{
	const struct au *au = arg;
	u8 data[4 * KTAP_OCTETS], value[PACKET_HMAC_LEN];
	struct teredo_packet pkt;
	const u8 *covered, *rest;
	size_t len;
	int i;

	len = vector(au->id, data);
	CHECK(len == (size_t)TEREDO_AUTH_MIN + au->id_len + au->au_len);
	rest = data + len;
	for (i = 0; au->parts[i]; i++)
		len += vector(au->parts[i], data + len);
	CHECK(!teredo_parse(&pkt, data, len));
	CHECK(pkt.auth && pkt.id_len == au->id_len && pkt.au_len == au->au_len);
	CHECK(!memcmp(data + 4, "alice", au->id_len));
	covered = data + teredo_auth_nonce(&pkt);
	CHECK(!memcmp(covered, nonce, sizeof(nonce)));
	CHECK(covered[TEREDO_NONCE_LEN] == au->confirmation);
	if (!au->au_len)
		return;
	packet_hmac(value, &full_key, covered, TEREDO_NONCE_LEN + 1,
		    rest, data + len - rest);
	CHECK(!memcmp(value, data + 4 + au->id_len, sizeof(value)) != au->bad);
}

#define AU(id, reqs, ...)						\
	{ id " authentication # G-14 " reqs, test_auth,			\
	  &(const struct au){ id, __VA_ARGS__ } }

/* ---- RS, RA, BU, PI: packets ---- */

struct packet {
	const char *id;
	bool auth;
	bool origin;
	u8 trailers;
	int type;		/* ICMPv6 type; -1: a bubble */
	u8 hop_limit;
	const char *source;
	const char *destination;
};

static void test_packet(const void *arg)
{
	const struct packet *p = arg;
	struct in6_addr src = ip6(p->source), dst = ip6(p->destination);
	u8 data[KTAP_OCTETS], cut[KTAP_OCTETS];
	size_t len = vector(p->id, data);
	struct teredo_packet pkt;
	const u8 *ip6;

	CHECK(!teredo_parse(&pkt, data, len));
	ip6 = data + pkt.ip6;
	CHECK(pkt.auth == p->auth && pkt.origin == p->origin);
	CHECK(pkt.trailer_len == p->trailers);
	CHECK(pkt.ip6 + pkt.ip6_len + pkt.trailer_len == len);
	CHECK(teredo_is_bubble(ip6, pkt.ip6_len) == (p->type < 0));
	CHECK(teredo_icmp_type(ip6, pkt.ip6_len) == p->type);
	CHECK(p->type < 0 || !teredo_icmp_csum(ip6, pkt.ip6_len));
	CHECK(ip6[7] == p->hop_limit);
	CHECK(!memcmp(ip6 + 8, &src, 16) && !memcmp(ip6 + 24, &dst, 16));

	/* G-24: every truncation within headers and payload is refused */
	for (len = 0; len < pkt.ip6 + pkt.ip6_len; len++) {
		memcpy(cut, data, len);
		CHECK(teredo_parse(&(struct teredo_packet){ 0 }, cut, len));
	}
}

#define PACKET(id, reqs, ...)						\
	{ id " is taken apart # G-13 G-24 " reqs, test_packet,		\
	  &(const struct packet){ id, __VA_ARGS__ } }

#define A	"2001:0:cb00:7101:2c5a:63bf:3fff:fdf5"
#define B	"2001:0:cb00:7101:10a7:3caf:3fff:fdeb"
#define R	"2001:db8:1::1"
#define N	"2001:db8:1::10"
#define RS_SRC	"fe80::ffff:ffff:ffff"
#define ROUTERS	"ff02::2"
#define SERVER	"fe80::8000:f227:34ff:8efe"

/* ---- builders ---- */

static void build_rs(const char *id, const struct packet_key *key)
{
	u8 built[PACKET_RS_MAX];

	CHECK(equals(id, built, packet_build_rs(built, key, nonce)));
}

static void test_build_rs1(const void *arg)
{
	u8 built[PACKET_RS_MAX];
	size_t len = packet_build_rs(built, &no_key, nonce);

	(void)arg;
	CHECK(equals("AU-1", built, TEREDO_AUTH_MIN));
	CHECK(equals("RS-1", built + TEREDO_AUTH_MIN, len - TEREDO_AUTH_MIN));
}

static void test_build_rs2(const void *arg)
{
	u8 built[PACKET_RS_MAX];
	size_t len = packet_build_rs(built, &id_key, nonce);

	(void)arg;
	CHECK(equals("AU-2", built, TEREDO_AUTH_MIN + 5));
	CHECK(len == TEREDO_AUTH_MIN + 5 + TEREDO_RS_PACKET);
}

static void test_build_rs4(const void *arg)
{
	(void)arg;
	build_rs("RS-4", &no_key);
}

static void test_build_rs5(const void *arg)
{
	(void)arg;
	build_rs("RS-5", &full_key);
}

struct bubble {
	const char *id;
	const char *source;
	const char *destination;
};

static void test_build_bubble(const void *arg)
{
	const struct bubble *b = arg;
	struct in6_addr src = ip6(b->source), dst = ip6(b->destination);
	u8 built[TEREDO_IP6_HLEN];

	teredo_build_ip6(built, TEREDO_NEXTHDR_NONE, 0, &src, &dst);
	CHECK(equals(b->id, built, sizeof(built)));
	CHECK(teredo_is_bubble(built, sizeof(built)));
}

#define BUBBLE(id, reqs, ...)						\
	{ id " is built # G-03 G-11 " reqs, test_build_bubble,		\
	  &(const struct bubble){ id, __VA_ARGS__ } }

/* ---- parts of a datagram, each of which is a vector of its own ---- */

struct parts {
	const char *id;
	const char *auth;	/* NULL here and below: none */
	const char *origin;
	const char *ip6;
	const char *trailer;
};

static bool is_part(const char *id, const u8 *data, size_t len)
{
	return id ? equals(id, data, len) : !len;
}

static void test_parts(const void *arg)
{
	const struct parts *parts = arg;
	u8 data[KTAP_OCTETS], origin[TEREDO_ORIGIN_LEN];
	size_t len = vector(parts->id, data), auth_len = 0;
	struct teredo_packet pkt;

	CHECK(!teredo_parse(&pkt, data, len));
	if (pkt.auth)
		auth_len = teredo_auth_nonce(&pkt) + TEREDO_NONCE_LEN + 1;
	CHECK(is_part(parts->auth, data, auth_len));
	CHECK(pkt.origin == !!parts->origin);
	teredo_build_origin(origin, pkt.from);
	CHECK(!pkt.origin || equals(parts->origin, origin, sizeof(origin)));
	CHECK(pkt.ip6 == auth_len + (pkt.origin ? sizeof(origin) : 0));
	CHECK(is_part(parts->ip6, data + pkt.ip6, pkt.ip6_len));
	CHECK(is_part(parts->trailer, data + pkt.trailer, pkt.trailer_len));
}

#define PARTS(id, reqs, ...)						\
	{ id " has these parts # G-13 " reqs, test_parts,		\
	  &(const struct parts){ id, __VA_ARGS__ } }

/* ---- PI: connectivity tests ---- */

static const struct teredo_echo echo = {
	.id = __constant_htons(0x5445),
	.seq = __constant_htons(1),
	.nonce = { 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8,
		   0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8 },
};

static void test_build_echo(const void *arg)
{
	struct in6_addr src = ip6(A), dst = ip6(N);
	u8 built[TEREDO_ECHO_PACKET];

	(void)arg;
	teredo_build_echo(built, &src, &dst, &echo);
	CHECK(equals("PI-1", built, sizeof(built)));
	CHECK(!teredo_is_echo_reply(built, sizeof(built), &echo));
}

static void seal(u8 *packet, size_t len)
{
	u16 sum;

	memset(packet + TEREDO_IP6_HLEN + 2, 0, 2);
	sum = teredo_icmp_csum(packet, len);
	packet[TEREDO_IP6_HLEN + 2] = sum >> 8;
	packet[TEREDO_IP6_HLEN + 3] = sum;
}

static void test_echo_reply(const void *arg)
{
	u8 data[KTAP_OCTETS];
	size_t len = vector("PI-2", data);
	size_t i;

	(void)arg;
	CHECK(teredo_is_echo_reply(data, len, &echo));
	CHECK(!teredo_is_echo_reply(data, len - 1, &echo));
	/* With any bit of the message flipped it is not the reply, even with a
	 * corrected checksum.
	 */
	for (i = 8 * TEREDO_IP6_HLEN; i < 8 * len; i++) {
		data[i / 8] ^= 1 << i % 8;
		CHECK(!teredo_is_echo_reply(data, len, &echo));
		seal(data, len);
		CHECK(i / 16 == TEREDO_IP6_HLEN / 2 + 1 ||
		      !teredo_is_echo_reply(data, len, &echo));
		data[i / 8] ^= 1 << i % 8;
		seal(data, len);
	}
	CHECK(teredo_is_echo_reply(data, len, &echo));
}

static void test_echo_wrong(const void *arg)
{
	u8 data[KTAP_OCTETS];
	size_t len = vector("PI-3", data);

	(void)arg;
	CHECK(!teredo_icmp_csum(data, len));
	CHECK(!teredo_is_echo_reply(data, len, &echo));
}

/* ---- TR: trailers ---- */

struct tr {
	const char *id;
	bool discard;
	bool nonce;
	bool random_port;
	int nd;			/* -1: none */
	int alternates;		/* -1: malformed */
};

static void check_alternates(const struct teredo_trailers *tr, int n,
			     bool lan)
{
	int i;

	for (i = 0; i < n; i++) {
		struct teredo_endpoint want = lan && i ?
			endpoint("192.168.1.2", 40000) :
			endpoint("10.1.0.2", 40000 + i);

		CHECK(teredo_endpoint_equal(tr->alternates[i], want));
	}
}

static void test_trailers(const void *arg)
{
	const struct tr *want = arg;
	u8 data[KTAP_OCTETS];
	size_t len = vector(want->id, data);
	struct teredo_trailers tr;
	int ret = teredo_parse_trailers(&tr, data, len);

	CHECK(!!ret == want->discard);
	if (ret)
		return;
	CHECK(tr.has_nonce == want->nonce);
	CHECK(!tr.has_nonce || tr.nonce == cpu_to_be32(0xdeadbeef));
	CHECK(tr.has_random_port == want->random_port);
	CHECK(!tr.has_random_port || tr.random_port == cpu_to_be16(40123));
	CHECK(tr.has_nd == (want->nd >= 0));
	CHECK(!tr.has_nd || tr.nd == want->nd);
	CHECK(tr.bad_alternate == (want->alternates < 0));
	CHECK(want->alternates < 0 || tr.n_alternates == want->alternates);
	if (want->alternates > 0)
		check_alternates(&tr, tr.n_alternates, want->alternates == 2);
}

/* parsed trailers are built again the same way, except for malformed vectors */
static void test_build_trailers(const void *arg)
{
	u8 data[KTAP_OCTETS], built[TEREDO_TRAILERS_LEN];
	size_t len = vector(arg, data);
	struct teredo_trailers tr;

	CHECK(!teredo_parse_trailers(&tr, data, len));
	CHECK(teredo_build_trailers(built, &tr) == len);
	CHECK(!memcmp(built, data, len));
}

static void test_build_all(const void *arg)
{
	struct teredo_trailers tr = {
		.has_nonce = true, .has_random_port = true, .has_nd = true,
		.has_burst = true, .n_alternates = TEREDO_MAX_ALTERNATES,
	};
	u8 built[TEREDO_TRAILERS_LEN];

	(void)arg;
	CHECK(teredo_build_trailers(built, &tr) == sizeof(built));
	memset(&tr, 0, sizeof(tr));
	CHECK(teredo_build_trailers(built, &tr) == 0);
}

#define BUILD_TR(id, reqs)						\
	{ id reqs, test_build_trailers, id }

#define TR(id, reqs, ...)						\
	{ id " trailers # XC-03 XC-08 " reqs, test_trailers,		\
	  &(const struct tr){ id, __VA_ARGS__ } }

/* the burst trailer of this implementation: length, and the first one counts */
static void test_burst(const void *arg)
{
	static const u8 data[] = { 0xbf, 2, 0, 0, 0xbf, 1, 1, 0xbf, 1, 0 };
	struct teredo_trailers tr;
	u8 built[TEREDO_TRAILERS_LEN];

	(void)arg;
	CHECK(!teredo_parse_trailers(&tr, data, 4));
	CHECK(!tr.has_burst);
	CHECK(!teredo_parse_trailers(&tr, data, sizeof(data)));
	CHECK(tr.has_burst && tr.burst == TEREDO_BURST_TRAILER_NOW);
	CHECK(teredo_build_trailers(built, &tr) == 3);
	CHECK(!memcmp(built, data + 4, 3));
}

/* 00, 10 and 11 are skipped, 01 discards (RFC 6081 4.1) */
static void test_unknown_trailers(const void *arg)
{
	struct teredo_trailers tr;
	unsigned int type;

	(void)arg;
	for (type = 6; type < 256; type++) {
		u8 data[] = { type, 2, 0xaa, 0xbb,
			      1, 4, 0xde, 0xad, 0xbe, 0xef };
		int ret = teredo_parse_trailers(&tr, data, sizeof(data));

		CHECK(!!ret == (type >= 0x40 && type <= 0x7f));
		CHECK(ret || tr.has_nonce);
	}
}

/* ---- octets that are no packet ---- */

static void test_not_teredo(const void *arg)
{
	u8 data[KTAP_OCTETS], bad[KTAP_OCTETS];
	size_t len = vector("BU-1", data);
	struct teredo_packet pkt;
	unsigned int first;

	(void)arg;
	CHECK(teredo_parse(&pkt, data, 0));
	for (first = 0; first < 256; first++) {
		memcpy(bad, data, len);
		bad[0] = first;
		CHECK(!teredo_parse(&pkt, bad, len) == (first >> 4 == 6));
	}
	memcpy(bad, data, len);
	bad[5] = 1;			/* payload length without payload */
	CHECK(teredo_parse(&pkt, bad, len));
	memcpy(bad + len, data, 7);	/* octets after the packet are trailers */
	CHECK(!teredo_parse(&pkt, bad, len + 7));
	CHECK(pkt.ip6_len == 41 && pkt.trailer_len == 6);
}

static void test_order(const void *arg)
{
	u8 data[4 * KTAP_OCTETS];
	struct teredo_packet pkt;
	size_t len;

	(void)arg;
	len = vector("OR-2", data);
	len += vector("AU-1", data + len);
	len += vector("RA-1", data + len);
	CHECK(teredo_parse(&pkt, data, len));
	len = vector("OR-2", data);
	len += vector("OR-2", data + len);
	len += vector("RA-1", data + len);
	CHECK(teredo_parse(&pkt, data, len));
}

/* The identifier can be 255 octets long: all lengths, all truncations */
static void test_auth_bounds(const void *arg)
{
	static u8 data[4 + 2 * 255 + 9 + TEREDO_IP6_HLEN];
	struct teredo_packet pkt;
	size_t len = sizeof(data);
	unsigned int id, au;

	(void)arg;
	for (id = 0; id < 256; id += 51)
		for (au = 0; au < 256; au += 51) {
			memset(data, 0, sizeof(data));
			data[1] = 1;
			data[2] = id;
			data[3] = au;
			data[TEREDO_AUTH_MIN + id + au] = 0x60;
			len = TEREDO_AUTH_MIN + id + au + TEREDO_IP6_HLEN;
			CHECK(!teredo_parse(&pkt, data, len));
			CHECK(pkt.ip6 == TEREDO_AUTH_MIN + id + au);
			CHECK(teredo_parse(&pkt, data, len - 1));
			CHECK(teredo_parse(&pkt, data, 12 + id + au));
		}
}

/* RFC 4861 6.1.1: each option has a length, and ends within the message */
static void test_options(const void *arg)
{
	static const u8 one[] = { 1, 1, 0, 0, 0, 0, 0, 0 };
	u8 two[24] = { 200, 2, [16] = 1, 1 };
	size_t len;

	(void)arg;
	CHECK(teredo_nd_options_valid(one, 0));
	CHECK(teredo_nd_options_valid(one, sizeof(one)));
	for (len = 1; len < sizeof(one); len++)
		CHECK(!teredo_nd_options_valid(one, len));
	CHECK(teredo_nd_options_valid(two, sizeof(two)));
	two[17] = 0;
	CHECK(!teredo_nd_options_valid(two, sizeof(two)));
	two[17] = 2;
	CHECK(!teredo_nd_options_valid(two, sizeof(two)));
	two[1] = 0;
	CHECK(!teredo_nd_options_valid(two, sizeof(two)));
}

static void test_kind(const void *arg)
{
	static const struct {
		const char *id;
		const char *kind;
	} packets[] = {
		{ "BU-1", "bubble" }, { "RS-1", "rs" }, { "RA-1", "ra" },
		{ "PI-1", "echo" }, { "PI-2", "echo-reply" },
	};
	u8 buf[KTAP_OCTETS];
	size_t i, len;

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(packets); i++) {
		len = ktap_load("vectors.txt", packets[i].id, buf);
		CHECK(!strcmp(teredo_kind(buf, len), packets[i].kind));
	}
	/* a bare IPv6 header that announces ICMPv6 */
	CHECK(!strcmp(teredo_kind(buf, TEREDO_IP6_HLEN), "other"));
}

static const struct ktap_test tests[] = {
	AD("AD-01", "", "203.0.113.120", 0, "192.0.2.1", 4096, false),
	AD("AD-02", "", "198.51.100.118", 0, "192.0.2.10", 8192, false),
	AD("AD-03", "", "203.0.113.120", 0, "198.51.100.118", 4095, false),
	AD("AD-04", "", "203.0.113.120", 0, "198.51.100.118", 4096, false),
	AD("AD-05", "C-40", "203.0.113.1", 0x2c5a, "192.0.2.10", 40000,
	   false),
	AD("AD-06", "", "203.0.113.1", 0x10a7, "192.0.2.20", 50000, false),
	AD("AD-07", "G-07", "203.0.113.1", 0x8000, "192.0.2.10", 40000, false),
	AD("AD-08", "G-08", "203.0.113.1", 0x3cff, "192.0.2.10", 40000, false),
	AD("AD-09", "G-08", "203.0.113.1", 0xbcff, "192.0.2.10", 40000, false),
	AD("AD-10", "S-24 V-10", NULL, 0x8000, "203.0.113.1", 3544, false),
	AD("AD-11", "G-10", NULL, 0, "10.1.0.2", 40000, false),
	AD("AD-12", "G-10", NULL, 0x8000, "10.1.0.2", 40000, false),
	AD("AD-13", "G-19 C-83", "203.0.113.1", 0, "127.0.0.1", 53, true),
	AD("AD-14", "G-19 C-83", "203.0.113.1", 0, "10.0.0.1", 53, true),
	AD("AD-15", "G-19 C-83", "203.0.113.1", 0, "192.88.99.1", 3544, true),
	AD("AD-16", "G-19 C-83", "203.0.113.1", 0, "224.0.0.253", 3544, true),
	AD("AD-17", "G-19 C-83", "203.0.113.1", 0, "255.255.255.255", 9, true),
	AD("AD-18", "A-53 C-83", "10.0.0.1", 0, "192.0.2.20", 50000, true),
	{ "the service prefix is a /32 # G-01", test_prefix, NULL },
	{ "global unicast IPv4, and its neighbours # G-19 A-49", test_global,
	  NULL },

	OR("OR-1", "", "1.2.3.4", 337),
	OR("OR-2", "", "192.0.2.10", 40000),
	OR("OR-3", "", "192.0.2.20", 50000),
	OR("OR-4", "", "198.51.100.1", 3545),

	AU("AU-1", "G-15", 0, 0, 0, { "RS-1" }, false),
	AU("AU-2", "", 5, 0, 0, { "RS-1" }, false),
	AU("AU-3", "C-49 C-51", 5, 20, 0, { "RS-1" }, false),
	AU("AU-4", "C-49 C-51", 5, 20, 0, { "OR-2", "RA-1" }, false),
	AU("AU-5", "", 5, 20, 1, { "OR-2", "RA-1" }, false),
	AU("AU-6", "", 5, 20, 0, { "OR-2", "RA-1" }, true),

	PACKET("RS-1", "", false, false, 0, 133, 255, RS_SRC, ROUTERS),
	PACKET("RS-2", "", false, false, 0, 133, 255,
	       "fe80::8000:ffff:ffff:ffff", ROUTERS),
	PACKET("RS-3", "", false, false, 0, 133, 255,
	       "fe80::63bf:f5fe:fffd", ROUTERS),
	PACKET("RS-4", "", true, false, 0, 133, 255, RS_SRC, ROUTERS),
	PACKET("RS-5", "", true, false, 0, 133, 255, RS_SRC, ROUTERS),
	PACKET("RA-1", "", false, false, 0, 134, 255, SERVER, RS_SRC),
	PACKET("RA-2", "", false, true, 0, 134, 255, SERVER, RS_SRC),
	PACKET("RA-3", "", true, true, 0, 134, 255, SERVER, RS_SRC),
	PACKET("RA-4", "", true, true, 0, 134, 255, SERVER, RS_SRC),
	PACKET("RA-5", "", true, true, 0, 134, 255, SERVER,
	       "fe80::8000:ffff:ffff:ffff"),
	PACKET("RA-6", "", true, true, 0, 134, 255, SERVER, RS_SRC),
	PACKET("RA-7", "", true, true, 0, 134, 255, SERVER, RS_SRC),
	PACKET("BU-1", "", false, false, 0, -1, 255, A, B),
	PACKET("BU-2", "XC-02", false, false, 6, -1, 255, A, B),
	PACKET("BU-3", "XC-02", false, true, 6, -1, 255, A, B),
	PACKET("BU-4", "XC-02", false, false, 6, -1, 255, B, A),
	PACKET("BU-5", "", false, false, 0, -1, 1, A, "ff02::1"),
	PACKET("BU-6", "", false, false, 0, -1, 255, R, A),
	PACKET("BU-7", "", false, true, 0, -1, 255, R, A),
	PACKET("BU-8", "", false, false, 0, -1, 255, A, R),
	PACKET("BU-9", "", false, true, 0, -1, 0,
	       "fe80::1234:5678:9abc:def0", A),
	PACKET("BU-10", "XC-02", false, false, 6, -1, 255, A, B),
	PACKET("BU-11", "XC-02", false, false, 6, -1, 255, B, A),
	PACKET("PI-1", "", false, false, 0, 128, 255, A, N),
	PACKET("PI-2", "", false, false, 0, 129, 255, N, A),
	PACKET("PI-3", "", false, false, 0, 129, 255, N, A),

	{ "RS-1 is built # C-22 V-07", test_build_rs1, NULL },
	{ "AU-2 is built # G-14", test_build_rs2, NULL },
	{ "RS-4 is built # C-22 C-46 C-47 A-06", test_build_rs4, NULL },
	{ "RS-5 is built # C-43 C-47 C-51 AU-3", test_build_rs5, NULL },
	BUBBLE("BU-1", "A-28", A, B),
	BUBBLE("BU-6", "", R, A),
	BUBBLE("BU-8", "", A, R),
	PARTS("RS-4", "", "AU-1", NULL, "RS-1", NULL),
	PARTS("RS-5", "G-14", "AU-3", NULL, "RS-1", NULL),
	PARTS("RA-2", "", NULL, "OR-2", "RA-1", NULL),
	PARTS("RA-3", "G-16", "AU-1", "OR-2", "RA-1", NULL),
	PARTS("RA-4", "G-14 G-16", "AU-4", "OR-2", "RA-1", NULL),
	PARTS("BU-2", "XC-02", NULL, NULL, "BU-1", "TR-1"),
	PARTS("BU-3", "XC-02", NULL, "OR-2", "BU-1", "TR-1"),
	PARTS("BU-7", "", NULL, "OR-4", "BU-6", NULL),
	PARTS("BU-10", "XC-02", NULL, NULL, "BU-1", "TR-11"),

	{ "PI-1 is built # C-118 C-119", test_build_echo, NULL },
	{ "PI-2 is the reply, any flipped bit is not # C-60 A-31",
	  test_echo_reply, NULL },
	{ "PI-3 is not the reply # C-60", test_echo_wrong, NULL },

	TR("TR-1", "XN-03", false, true, false, -1, 0),
	TR("TR-2", "XP-19", false, false, true, -1, 0),
	TR("TR-3", "A-34", false, false, true, -1, 0),
	TR("TR-4", "XH-13 XH-15", false, false, false, -1, 1),
	TR("TR-5", "XH-13", false, false, false, -1, 2),
	TR("TR-6", "XH-13", false, false, false, -1, 4),
	TR("TR-7", "XH-07 XH-16", false, false, false, -1, -1),
	TR("TR-8", "XH-13", false, false, false, -1, -1),
	TR("TR-9", "XH-15", false, false, false, -1, -1),
	TR("TR-10", "XH-15", false, false, false, -1, -1),
	TR("TR-11", "XL-07", false, false, false, TEREDO_ND_SOLICITATION, 0),
	TR("TR-12", "XL-07", false, false, false, TEREDO_ND_ADVERTISEMENT, 0),
	TR("TR-13", "XC-03", false, true, true, -1, 2),
	TR("TR-14", "XC-04", false, true, false, -1, 0),
	TR("TR-15", "XC-06", true, false, false, -1, 0),
	TR("TR-16", "XC-07", false, true, false, -1, 0),
	TR("TR-17", "XC-07 XC-08", false, false, false, -1, 0),
	TR("TR-18", "XC-07", false, false, false, -1, 0),
	TR("TR-19", "XC-05", false, true, true, TEREDO_ND_SOLICITATION, 1),
	{ "unknown trailers by class # XC-04 XC-06", test_unknown_trailers,
	  NULL },
	BUILD_TR("TR-1", " trailers, written # XN-03"),
	BUILD_TR("TR-2", " trailers, written # XP-19"),
	BUILD_TR("TR-4", " trailers, written # XH-13 XH-14 XH-15"),
	BUILD_TR("TR-5", " trailers, written # XH-13"),
	BUILD_TR("TR-6", " trailers, written # XH-13"),
	BUILD_TR("TR-11", " trailers, written # XL-07 XL-08"),
	BUILD_TR("TR-12", " trailers, written # XL-07 XL-08"),
	BUILD_TR("TR-13", " trailers, written # XC-03 XC-14"),
	{ "all trailers at once, and none # XC-03", test_build_all, NULL },
	{ "the burst trailer", test_burst, NULL },

	{ "first octets tell what is no packet # G-13 C-54", test_not_teredo,
	  NULL },
	{ "origin before authentication, or twice # G-16", test_order, NULL },
	{ "what a packet of the protocol is called", test_kind, NULL },
	{ "options of a solicitation # S-09", test_options, NULL },
	{ "authentication of any length # G-14", test_auth_bounds, NULL },
};

KTAP_MAIN(tests)
