// SPDX-License-Identifier: GPL-2.0
/*
 * Parser of datagrams: authentication, origin, IPv6 packet, trailers, and kind of packet.
 * The module runs the same code on packets from any source.
 */
#include "fuzz.h"

/* [authentication] [origin] IPv6 [trailers], without gaps and within bounds */
static void check_parts(const struct teredo_packet *pkt, const u8 *data,
			size_t len)
{
	u32 at = 0;

	if (pkt->auth) {
		FUZZ_CHECK(data[0] == 0 && data[1] == 1);
		at = TEREDO_AUTH_MIN + pkt->id_len + pkt->au_len;
		FUZZ_CHECK(teredo_auth_nonce(pkt) + TEREDO_NONCE_LEN + 1 == at);
	}
	if (pkt->origin) {
		FUZZ_CHECK(data[at] == 0 && data[at + 1] == 0);
		at += TEREDO_ORIGIN_LEN;
	}
	FUZZ_CHECK(pkt->ip6 == at);
	FUZZ_CHECK(pkt->ip6 + TEREDO_IP6_HLEN <= TEREDO_MAX_HEADERS);
	FUZZ_CHECK(pkt->ip6_len >= TEREDO_IP6_HLEN);
	FUZZ_CHECK(pkt->trailer == pkt->ip6 + pkt->ip6_len);
	FUZZ_CHECK(pkt->trailer + pkt->trailer_len == len);
	FUZZ_CHECK(data[at] >> 4 == 6);
}

/* A parsed origin indication must be built again octet for octet. Other parts are only
 * copied.
 */
static void check_origin(const struct teredo_packet *pkt, const u8 *data)
{
	u8 origin[TEREDO_ORIGIN_LEN];

	if (!pkt->origin)
		return;
	teredo_build_origin(origin, pkt->from);
	FUZZ_CHECK(!memcmp(origin, data + pkt->ip6 - TEREDO_ORIGIN_LEN,
			   TEREDO_ORIGIN_LEN));
}

/* The builder makes the same bubble, except for traffic class, flow label and hop
 * limit.
 */
static void check_bubble(const u8 *ip6, int type)
{
	struct in6_addr src, dst;
	u8 made[TEREDO_IP6_HLEN];

	FUZZ_CHECK(type == -1);
	memcpy(&src, ip6 + 8, sizeof(src));
	memcpy(&dst, ip6 + 24, sizeof(dst));
	teredo_build_ip6(made, TEREDO_NEXTHDR_NONE, 0, &src, &dst);
	FUZZ_CHECK(!memcmp(made + 4, ip6 + 4, 3));
	FUZZ_CHECK(!memcmp(made + 8, ip6 + 8, 32));
}

static void check_kind(const u8 *ip6, size_t len)
{
	const struct teredo_echo echo = { .id = 1, .seq = 2 };
	int type = teredo_icmp_type(ip6, len);

	FUZZ_CHECK(type >= -1 && type <= 255);
	if (teredo_is_bubble(ip6, len))
		check_bubble(ip6, type);
	if (teredo_is_echo_reply(ip6, len, &echo))
		FUZZ_CHECK(type == TEREDO_ICMP_ECHO_REPLY &&
			   len == TEREDO_ECHO_PACKET);
	teredo_icmp_csum(ip6, len);
}

/* Options (RFC 4861 6.1.1): a valid list is valid without its first option. */
static void check_options(const u8 *opt, size_t len)
{
	if (!teredo_nd_options_valid(opt, len) || !len)
		return;
	FUZZ_CHECK(len >= 8 && opt[1] && opt[1] * 8u <= len);
	FUZZ_CHECK(teredo_nd_options_valid(opt + opt[1] * 8,
					   len - opt[1] * 8));
}

/* the parts of an address make the same address */
static void check_address(const u8 *octets)
{
	struct in6_addr addr, made;

	memcpy(&addr, octets, sizeof(addr));
	teredo_make_address(&made, addr.s6_addr32[0], teredo_server(&addr),
			    teredo_flags(&addr), teredo_mapped(&addr));
	FUZZ_CHECK(!memcmp(&made, &addr, sizeof(addr)));
	FUZZ_CHECK(teredo_is_teredo(&made, addr.s6_addr32[0]));
}

static void check_trailers(const u8 *data, size_t len)
{
	struct teredo_trailers tr;

	teredo_parse_trailers(&tr, data, len);
	FUZZ_CHECK(tr.n_alternates <= TEREDO_MAX_ALTERNATES);
	FUZZ_CHECK(!tr.bad_alternate || !tr.n_alternates);
}

int fuzz_one(const u8 *data, size_t len)
{
	struct teredo_packet pkt;

	if (teredo_parse(&pkt, data, len))
		return 0;
	check_parts(&pkt, data, len);
	check_origin(&pkt, data);
	check_kind(data + pkt.ip6, pkt.ip6_len);
	check_options(data + pkt.ip6 + TEREDO_IP6_HLEN,
		      pkt.ip6_len - TEREDO_IP6_HLEN);
	check_address(data + pkt.ip6 + 8);
	check_address(data + pkt.ip6 + 24);
	check_trailers(data + pkt.trailer, pkt.trailer_len);
	return 0;
}
