// SPDX-License-Identifier: GPL-2.0
/*
 * Capture of a Windows client, its server and its relay of 2008, compared with tshark's
 * decoding
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "ktap.h"
#include "packet.h"

#define CLIENT	"2001:0:4137:9e50:8000:f12a:b9c8:2815"
#define GOOGLE	"2001:4860:0:2001::68"

/**
 * struct frame - a datagram of the capture
 * @id: frame number
 * @type: ICMPv6 type; -1: a bubble; -2: another packet
 * @hop_limit: inner hop limit
 * @source: inner source
 * @destination: inner destination
 * @auth: has an authentication element
 * @origin: address of the origin indication, NULL if there is none
 * @port: port of the origin indication, host byte order
 */
struct frame {
	const char *id;
	int type;
	u8 hop_limit;
	const char *source;
	const char *destination;
	bool auth;
	const char *origin;
	u16 port;
};

static size_t load(const char *id, u8 *data, struct teredo_packet *pkt)
{
	size_t len = ktap_load("windows.txt", id, data);

	CHECK(!teredo_parse(pkt, data, len));
	return len;
}

static bool is_address(const u8 *octets, const char *text)
{
	struct in6_addr addr;

	return inet_pton(AF_INET6, text, &addr) == 1 &&
	       !memcmp(octets, &addr, sizeof(addr));
}

static void test_frame(const void *arg)
{
	const struct frame *f = arg;
	u8 data[KTAP_OCTETS];
	struct teredo_packet pkt;
	struct in_addr origin;
	const u8 *ip6;

	load(f->id, data, &pkt);
	ip6 = data + pkt.ip6;
	CHECK(!pkt.trailer_len);
	CHECK(pkt.auth == f->auth && pkt.origin == !!f->origin);
	CHECK(teredo_is_bubble(ip6, pkt.ip6_len) == (f->type == -1));
	CHECK(teredo_icmp_type(ip6, pkt.ip6_len) ==
	      (f->type < 0 ? -1 : f->type));
	CHECK(f->type < 0 || !teredo_icmp_csum(ip6, pkt.ip6_len));
	CHECK(ip6[7] == f->hop_limit);
	CHECK(is_address(ip6 + 8, f->source));
	CHECK(is_address(ip6 + 24, f->destination));
	if (!f->origin)
		return;
	CHECK(inet_pton(AF_INET, f->origin, &origin) == 1);
	CHECK(pkt.from.addr == origin.s_addr);
	CHECK(pkt.from.port == htons(f->port));
}

#define FRAME(id, what, ...)						\
	{ "frame " id ": " what, test_frame,				\
	  &(const struct frame){ id, __VA_ARGS__ } }

/* the advertisement repeats the nonce, with tshark's value */
static void test_nonce(const void *arg)
{
	static const u8 nonce[] = { 0xcd, 0x56, 0x69, 0x40,
				    0x0b, 0x22, 0xdf, 0x88 };
	u8 rs[KTAP_OCTETS], ra[KTAP_OCTETS];
	struct teredo_packet pkt;

	(void)arg;
	load("6", rs, &pkt);
	CHECK(!pkt.id_len && !pkt.au_len);
	CHECK(!memcmp(rs + teredo_auth_nonce(&pkt), nonce, sizeof(nonce)));
	load("7", ra, &pkt);
	CHECK(!memcmp(ra + teredo_auth_nonce(&pkt), nonce, sizeof(nonce)));
	CHECK(!ra[teredo_auth_nonce(&pkt) + TEREDO_NONCE_LEN]);
}

/* origin indication and server make the address that the client uses afterwards */
static void test_address(const void *arg)
{
	struct in6_addr addr;
	struct teredo_packet pkt;
	u8 data[KTAP_OCTETS];

	(void)arg;
	load("7", data, &pkt);
	teredo_make_address(&addr, htonl(TEREDO_PREFIX), htonl(0x41379e50),
			    TEREDO_FLAG_CONE, pkt.from);
	CHECK(is_address(addr.s6_addr, CLIENT));
}

/* The client's check accepts the server's answer except for its destination: the Windows
 * client used another link-local address. Due to the cone bit, the answer came from the
 * secondary address.
 */
static void test_server(const void *arg)
{
	static const struct packet_key no_key;
	struct packet_query query = {
		.key = &no_key,
		.to = { htonl(0x41379e51), htons(TEREDO_PORT) },
		.server = htonl(0x41379e50),
		.prefix = htonl(TEREDO_PREFIX),
	};
	const struct teredo_endpoint from = query.to;
	struct packet_answer answer;
	struct teredo_packet pkt;
	u8 data[KTAP_OCTETS];
	size_t len;
	u16 sum;
	u8 *ip6;

	(void)arg;
	len = load("7", data, &pkt);
	memcpy(query.nonce, data + 4, TEREDO_NONCE_LEN);
	CHECK(packet_check_ra(&answer, &query, from, data, len) ==
	      RA_DESTINATION);
	ip6 = data + pkt.ip6;
	memcpy(ip6 + 24, &teredo_rs_source, 16);
	memset(ip6 + 42, 0, 2);
	sum = teredo_icmp_csum(ip6, pkt.ip6_len);
	ip6[42] = sum >> 8;
	ip6[43] = sum;
	CHECK(packet_check_ra(&answer, &query, from, data, len) == RA_VALID);
	CHECK(answer.mapped.port == htons(3797));
}

static const struct ktap_test tests[] = {
	FRAME("6", "solicitation with a nonce, cone bit set # G-13 G-14",
	      133, 255, "fe80::8000:ffff:ffff:fffd", "ff02::2", true, NULL, 0),
	FRAME("7", "advertisement with an origin # G-12 G-14 G-16", 134, 255,
	      "fe80::8000:f227:bec8:61af", "fe80::8000:ffff:ffff:fffd", true,
	      "70.55.215.234", 3797),
	FRAME("29", "bubble to the relay # G-03 G-11", -1, 21, CLIENT, GOOGLE,
	      false, NULL, 0),
	FRAME("30", "connectivity test # G-11", 128, 21, CLIENT, GOOGLE,
	      false, NULL, 0),
	FRAME("31", "indirect bubble with an origin # G-12", -1, 0,
	      "fe80::708d:fe83:4114:a512", CLIENT, false, "83.170.1.38", 32900),
	FRAME("32", "its answer # G-03 G-11", -1, 0, CLIENT,
	      "fe80::708d:fe83:4114:a512", false, NULL, 0),
	FRAME("33", "echo reply through the relay # G-11", 129, 58, GOOGLE,
	      CLIENT, false, NULL, 0),
	FRAME("34", "TCP SYN # G-11", -2, 128, CLIENT, GOOGLE, false, NULL, 0),
	FRAME("35", "TCP SYN ACK # G-11", -2, 245, GOOGLE, CLIENT, false, NULL,
	      0),
	FRAME("36", "TCP ACK # G-11", -2, 128, CLIENT, GOOGLE, false, NULL, 0),
	FRAME("38", "TCP data # G-11", -2, 58, GOOGLE, CLIENT, false, NULL, 0),
	FRAME("57", "TCP ACK # G-11", -2, 128, CLIENT, GOOGLE, false, NULL, 0),
	{ "the nonce comes back # G-14", test_nonce, NULL },
	{ "the address is that of server and origin # G-04 C-32 C-40",
	  test_address, NULL },
	{ "the answer passes our checks # C-28 C-29 A-04", test_server, NULL },
};

KTAP_MAIN(tests)
