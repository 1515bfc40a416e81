// SPDX-License-Identifier: GPL-2.0
/*
 * Router solicitations and advertisements (RFC 4380 5.2.1, 5.2.2). Section numbers
 * refer to RFC 4380 unless another RFC is named.
 */
#include "packet.h"

#include <nettle/hmac.h>
#include <nettle/memops.h>

#define RA_HLEN		16
#define OPT_PREFIX	3
#define OPT_MTU		5
#define OPT_PREFIX_LEN	32
#define OPT_MTU_LEN	8

static const char * const verdict_names[RA_VERDICTS] = {
	[RA_VALID]		= "valid",
	[RA_UNEXPECTED]		= "nothing was asked of that address",
	[RA_OUTER_SOURCE]	= "does not come from the server's address and port",
	[RA_MALFORMED]		= "not a Teredo packet",
	[RA_TRAILER]		= "a trailer asks for it to be discarded",
	[RA_NO_AUTH]		= "no authentication element",
	[RA_NONCE]		= "the nonce is not ours",
	[RA_AUTH_LENGTH]	= "authentication value is not 20 octets long",
	[RA_HMAC]		= "authentication value is wrong",
	[RA_NO_ORIGIN]		= "no origin indication",
	[RA_ORIGIN_ADDRESS]	= "mapped address is not global unicast",
	[RA_ORIGIN_PORT]	= "mapped port is 0",
	[RA_NOT_ADVERTISEMENT]	= "not a router advertisement",
	[RA_HOP_LIMIT]		= "hop limit is not 255",
	[RA_LENGTH]		= "shorter than a router advertisement",
	[RA_CHECKSUM]		= "ICMPv6 checksum is wrong",
	[RA_CODE]		= "ICMPv6 code is not 0",
	[RA_SOURCE]		= "source is not link-local",
	[RA_DESTINATION]	= "destination is not where we asked from",
	[RA_OPTION]		= "option with a wrong length",
	[RA_NO_PREFIX]		= "no prefix",
	[RA_TWO_PREFIXES]	= "more than one prefix",
	[RA_PREFIX_LENGTH]	= "prefix is not a /64",
	[RA_PREFIX]		= "prefix is not that of the server",
	[RA_MTU]		= "MTU is less than 1280",
};

/**
 * packet_verdict_name() - describe why an advertisement was rejected
 * @verdict: result of packet_check_ra()
 *
 * Return: a phrase for a log line.
 */
const char *packet_verdict_name(enum packet_verdict verdict)
{
	return verdict_names[verdict];
}

/**
 * packet_discarded() - check whether the trailers of a datagram make it be discarded
 * @pkt: parts of the datagram
 * @data: UDP payload
 *
 * The kernel applies the same rule to datagrams of a device (RFC 6081 5.1.2).
 *
 * Return: true if a trailer requires that, or the trailers are too long to parse.
 */
bool packet_discarded(const struct teredo_packet *pkt, const u8 *data)
{
	struct teredo_trailers tr;

	return pkt->trailer_len > TEREDO_MAX_TRAILERS ||
	       teredo_parse_trailers(&tr, data + pkt->trailer,
				     pkt->trailer_len);
}

/**
 * packet_hmac() - compute an authentication value (5.2.2)
 * @out: result
 * @key: holds the secret
 * @covered: nonce and confirmation octet, contiguous
 * @len: length of @covered in octets
 * @rest: origin indication, if any, and IPv6 packet, contiguous
 * @rest_len: length of @rest in octets
 */
void packet_hmac(u8 out[PACKET_HMAC_LEN], const struct packet_key *key,
		 const u8 *covered, size_t len, const u8 *rest, size_t rest_len)
{
	struct hmac_sha1_ctx ctx;

	hmac_sha1_set_key(&ctx, key->secret_len, key->secret);
	hmac_sha1_update(&ctx, len, covered);
	hmac_sha1_update(&ctx, rest_len, rest);
	hmac_sha1_digest(&ctx, PACKET_HMAC_LEN, out);
}

/**
 * packet_build_rs() - build a router solicitation with authentication (5.2.1, 5.2.2)
 * @buf: result, PACKET_RS_MAX octets
 * @key: identifier and secret; each of them can be empty
 * @nonce: random octets that the advertisement must repeat
 *
 * Return: length of the datagram in octets.
 */
size_t packet_build_rs(u8 *buf, const struct packet_key *key,
		       const u8 nonce[TEREDO_NONCE_LEN])
{
	u8 au_len = key->secret_len ? PACKET_HMAC_LEN : 0;
	u8 *value = buf + 4 + key->id_len;
	u8 *covered = value + au_len;
	u8 *ip6 = covered + TEREDO_NONCE_LEN + 1;

	buf[0] = 0;
	buf[1] = 1;
	buf[2] = key->id_len;
	buf[3] = au_len;
	memcpy(buf + 4, key->id, key->id_len);
	memcpy(covered, nonce, TEREDO_NONCE_LEN);
	covered[TEREDO_NONCE_LEN] = 0;
	teredo_build_rs(ip6);
	if (au_len)
		packet_hmac(value, key, covered, TEREDO_NONCE_LEN + 1,
			    ip6, TEREDO_RS_PACKET);
	return ip6 + TEREDO_RS_PACKET - buf;
}

static enum packet_verdict check_auth(const struct packet_query *query,
				      const struct teredo_packet *pkt,
				      const u8 *data)
{
	const u8 *covered = data + teredo_auth_nonce(pkt);
	const u8 *rest = covered + TEREDO_NONCE_LEN + 1;
	u8 value[PACKET_HMAC_LEN];

	if (!pkt->auth)
		return RA_NO_AUTH;
	if (memcmp(covered, query->nonce, TEREDO_NONCE_LEN))
		return RA_NONCE;
	if (!query->key->secret_len)
		return RA_VALID;

	/* a shorter value would be easier to guess */
	if (pkt->au_len != PACKET_HMAC_LEN)
		return RA_AUTH_LENGTH;
	packet_hmac(value, query->key, covered, TEREDO_NONCE_LEN + 1,
		    rest, data + pkt->trailer - rest);
	if (!memeql_sec(value, data + 4 + pkt->id_len, sizeof(value)))
		return RA_HMAC;
	return RA_VALID;
}

static enum packet_verdict check_origin(const struct teredo_packet *pkt)
{
	if (!pkt->origin)
		return RA_NO_ORIGIN;
	if (!teredo_ipv4_is_global(pkt->from.addr))
		return RA_ORIGIN_ADDRESS;
	if (!pkt->from.port)
		return RA_ORIGIN_PORT;
	return RA_VALID;
}

/* RFC 2461 6.1.2; RFC 4380 5.2.1 requires the destination */
static enum packet_verdict check_icmp(const u8 *ip6, size_t len)
{
	const u8 *icmp = ip6 + TEREDO_IP6_HLEN;

	if (teredo_icmp_type(ip6, len) != TEREDO_ICMP_RA)
		return RA_NOT_ADVERTISEMENT;
	if (ip6[7] != 255)
		return RA_HOP_LIMIT;
	if (len < TEREDO_IP6_HLEN + RA_HLEN)
		return RA_LENGTH;
	if (teredo_icmp_csum(ip6, len))
		return RA_CHECKSUM;
	if (icmp[1])
		return RA_CODE;
	if (ip6[8] != 0xfe || (ip6[9] & 0xc0) != 0x80)
		return RA_SOURCE;
	if (memcmp(ip6 + 24, &teredo_rs_source, sizeof(struct in6_addr)))
		return RA_DESTINATION;
	return RA_VALID;
}

static enum packet_verdict check_prefix(const struct packet_query *query,
					const u8 *opt)
{
	__be32 net, server;

	memcpy(&net, opt + 16, sizeof(net));
	memcpy(&server, opt + 20, sizeof(server));
	if (opt[2] != 64)
		return RA_PREFIX_LENGTH;
	/* a secondary address can advertise itself; Miredo's advertises the primary */
	if (net != query->prefix ||
	    (server != query->server && server != query->to.addr))
		return RA_PREFIX;
	return RA_VALID;
}

static enum packet_verdict check_mtu(const u8 *opt)
{
	u32 mtu = (u32)opt[4] << 24 | opt[5] << 16 | opt[6] << 8 | opt[7];

	return mtu < TEREDO_MTU ? RA_MTU : RA_VALID;
}

static enum packet_verdict check_option(const struct packet_query *query,
					const u8 *opt, size_t len,
					int *prefixes)
{
	switch (opt[0]) {
	case OPT_PREFIX:
		if (len != OPT_PREFIX_LEN)
			return RA_OPTION;
		if ((*prefixes)++)
			return RA_TWO_PREFIXES;
		return check_prefix(query, opt);
	case OPT_MTU:
		return len == OPT_MTU_LEN ? check_mtu(opt) : RA_OPTION;
	default:
		return RA_VALID;
	}
}

static enum packet_verdict check_options(const struct packet_query *query,
					 const u8 *opt, size_t len)
{
	enum packet_verdict verdict;
	int prefixes = 0;
	size_t opt_len;

	if (!teredo_nd_options_valid(opt, len))
		return RA_OPTION;
	for (; len; opt += opt_len, len -= opt_len) {
		opt_len = opt[1] * 8;
		verdict = check_option(query, opt, opt_len, &prefixes);
		if (verdict != RA_VALID)
			return verdict;
	}
	return prefixes ? RA_VALID : RA_NO_PREFIX;
}

/**
 * packet_check_ra() - check whether a datagram answers a solicitation (5.2.1)
 * @answer: result, set only if the advertisement is valid
 * @query: the solicitation
 * @from: source of the datagram
 * @data: UDP payload
 * @len: length of @data in octets
 *
 * The nonce is checked early: an attacker who does not know it must not reach the
 * code that parses the rest.
 *
 * Return: RA_VALID, or the first error.
 */
enum packet_verdict packet_check_ra(struct packet_answer *answer,
				    const struct packet_query *query,
				    struct teredo_endpoint from,
				    const u8 *data, size_t len)
{
	const u32 headers = TEREDO_IP6_HLEN + RA_HLEN;
	enum packet_verdict verdict;
	struct teredo_packet pkt;

	if (!teredo_endpoint_equal(from, query->to))
		return RA_OUTER_SOURCE;
	if (teredo_parse(&pkt, data, len))
		return RA_MALFORMED;
	if (packet_discarded(&pkt, data))
		return RA_TRAILER;

	verdict = check_auth(query, &pkt, data);
	if (verdict == RA_VALID)
		verdict = check_origin(&pkt);
	if (verdict == RA_VALID)
		verdict = check_icmp(data + pkt.ip6, pkt.ip6_len);
	if (verdict == RA_VALID)
		verdict = check_options(query, data + pkt.ip6 + headers,
					pkt.ip6_len - headers);
	if (verdict != RA_VALID)
		return verdict;

	answer->mapped = pkt.from;
	answer->new_key = data[teredo_auth_nonce(&pkt) + TEREDO_NONCE_LEN];
	return RA_VALID;
}
