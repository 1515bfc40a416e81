// SPDX-License-Identifier: GPL-2.0
/*
 * Check of advertisements by a client (RFC 4380 5.2.1, 5.2.2). A fuzzer cannot guess nonce,
 * value and checksum, so the first octet selects those that are corrected before the
 * check.
 */
#include "fuzz.h"
#include "packet.h"

#include <arpa/inet.h>

#define SERVER		0xcb007101	/* 203.0.113.1 */
#define SECONDARY	0xcb007102

enum {
	FIX_NONCE	= 0x01,
	FIX_CHECKSUM	= 0x02,
	FIX_VALUE	= 0x04,
	WITH_SECRET	= 0x08,
	OF_SECONDARY	= 0x10,
	FROM_ELSEWHERE	= 0x20,
	FIX_DESTINATION	= 0x40,
};

static const u8 our_nonce[TEREDO_NONCE_LEN] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static struct packet_key key = {
	.id = "alice", .id_len = 5,
	.secret = "a secret that is long enough", .secret_len = 28,
};

static const struct packet_key no_key;

static void fix_packet(u8 *ip6, size_t len, u8 flags)
{
	u16 sum;

	if (flags & FIX_DESTINATION)
		memcpy(ip6 + 24, &teredo_rs_source, sizeof(struct in6_addr));
	if (!(flags & FIX_CHECKSUM) || teredo_icmp_type(ip6, len) < 0)
		return;
	memset(ip6 + TEREDO_IP6_HLEN + 2, 0, 2);
	sum = teredo_icmp_csum(ip6, len);
	ip6[TEREDO_IP6_HLEN + 2] = sum >> 8;
	ip6[TEREDO_IP6_HLEN + 3] = sum;
}

/* correct from the inside out, as each covers the one before */
static void fix(u8 *data, size_t len, u8 flags)
{
	struct teredo_packet pkt;
	u8 *covered, *rest;

	if (teredo_parse(&pkt, data, len))
		return;
	fix_packet(data + pkt.ip6, pkt.ip6_len, flags);
	if (!pkt.auth)
		return;
	covered = data + teredo_auth_nonce(&pkt);
	rest = covered + TEREDO_NONCE_LEN + 1;
	if (flags & FIX_NONCE)
		memcpy(covered, our_nonce, TEREDO_NONCE_LEN);
	if (flags & FIX_VALUE && pkt.au_len == PACKET_HMAC_LEN)
		packet_hmac(data + 4 + pkt.id_len, &key, covered,
			    TEREDO_NONCE_LEN + 1, rest,
			    data + pkt.trailer - rest);
}

/* parse the options again: exactly one prefix, a /64 of the server */
static void check_options(const u8 *opt, size_t len)
{
	unsigned int prefixes = 0;

	while (len) {
		FUZZ_CHECK(len >= 8 && opt[1] && opt[1] * 8u <= len);
		if (opt[0] == 3) {
			prefixes++;
			FUZZ_CHECK(opt[1] == 4 && opt[2] == 64);
			FUZZ_CHECK(!memcmp(opt + 16, "\x20\x01\0\0\xcb\0\x71",
					   7));
		}
		len -= opt[1] * 8;
		opt += opt[1] * 8;
	}
	FUZZ_CHECK(prefixes == 1);
}

/* an accepted advertisement has all properties of RFC 4380 5.2.1 */
static void check_accepted(const struct packet_query *query,
			   const struct packet_answer *answer,
			   const u8 *data, size_t len)
{
	struct teredo_packet pkt;
	const u8 *ip6;

	FUZZ_CHECK(!teredo_parse(&pkt, data, len));
	ip6 = data + pkt.ip6;
	FUZZ_CHECK(pkt.auth && pkt.origin);
	FUZZ_CHECK(!memcmp(data + teredo_auth_nonce(&pkt), query->nonce,
			   TEREDO_NONCE_LEN));
	FUZZ_CHECK(!query->key->secret_len || pkt.au_len == PACKET_HMAC_LEN);
	FUZZ_CHECK(teredo_endpoint_equal(answer->mapped, pkt.from));
	FUZZ_CHECK(teredo_ipv4_is_global(answer->mapped.addr) &&
		   answer->mapped.port);
	FUZZ_CHECK(ip6[6] == TEREDO_NEXTHDR_ICMP && ip6[7] == 255);
	FUZZ_CHECK(ip6[40] == TEREDO_ICMP_RA && !ip6[41]);
	FUZZ_CHECK(ip6[8] == 0xfe && ip6[9] >> 6 == 2);
	FUZZ_CHECK(!memcmp(ip6 + 24, &teredo_rs_source, 16));
	FUZZ_CHECK(!teredo_icmp_csum(ip6, pkt.ip6_len));
	check_options(ip6 + TEREDO_IP6_HLEN + 16,
		      pkt.ip6_len - TEREDO_IP6_HLEN - 16);
	FUZZ_CHECK(!packet_discarded(&pkt, data));
}

int fuzz_one(const u8 *data, size_t len)
{
	struct packet_query query = {
		.server = htonl(SERVER),
		.prefix = htonl(TEREDO_PREFIX),
	};
	struct fuzz in = { data, len };
	struct teredo_endpoint from = { .port = htons(TEREDO_PORT) };
	struct packet_answer answer;
	enum packet_verdict verdict;
	u8 flags = fuzz_u8(&in);
	u8 *copy = fuzz_take(&in, in.len, &len);

	query.key = flags & WITH_SECRET ? &key : &no_key;
	query.to.addr = htonl(flags & OF_SECONDARY ? SECONDARY : SERVER);
	query.to.port = htons(TEREDO_PORT);
	memcpy(query.nonce, our_nonce, sizeof(our_nonce));
	from.addr = flags & FROM_ELSEWHERE ? htonl(0xc6336407) :
						query.to.addr;
	fix(copy, len, flags);
	verdict = packet_check_ra(&answer, &query, from, copy, len);
	FUZZ_CHECK(verdict < RA_VERDICTS && packet_verdict_name(verdict));
	if (verdict == RA_VALID) {
		FUZZ_CHECK(!(flags & FROM_ELSEWHERE));
		check_accepted(&query, &answer, copy, len);
	}
	free(copy);
	return 0;
}
