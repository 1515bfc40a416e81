// SPDX-License-Identifier: GPL-2.0
/*
 * Server side of secure qualification (RFC 4380 5.2.2, 5.3.1, 5.3.2). Section numbers
 * refer to RFC 4380.
 */
#include "server_auth.h"

#include <nettle/memops.h>

#define RS_HLEN		8

static const char * const verdict_names[RS_VERDICTS] = {
	[RS_VALID]		= "valid",
	[RS_MALFORMED]		= "malformed",
	[RS_TRAILER]		= "trailer",
	[RS_ORIGIN]		= "origin-indication",
	[RS_NOT_SOLICITATION]	= "not-a-solicitation",
	[RS_NO_AUTH]		= "no-authentication",
	[RS_AUTH_LENGTH]	= "wrong-length",
	[RS_UNKNOWN_ID]		= "unknown-client",
	[RS_HMAC]		= "wrong-secret",
	[RS_MAPPED]		= "mapped-address",
	[RS_NO_SECOND]		= "no-second-address",
};

/**
 * secure_verdict_name() - name the reason to reject a solicitation
 * @verdict: result of secure_check_rs()
 *
 * Return: a word for logs and statistics.
 */
const char *secure_verdict_name(enum secure_verdict verdict)
{
	return verdict_names[verdict];
}

/* RFC 4861 6.1.1, from a link-local address to all routers (5.3.1) */
static bool is_solicitation(const u8 *ip6, size_t len)
{
	static const struct in6_addr routers = { .s6_addr = {
		0xff, 0x02, [15] = 2,
	} };

	return len >= TEREDO_IP6_HLEN + RS_HLEN &&
	       teredo_icmp_type(ip6, len) == TEREDO_ICMP_RS &&
	       ip6[TEREDO_IP6_HLEN + 1] == 0 && ip6[7] == 255 &&
	       ip6[8] == 0xfe && (ip6[9] & 0xc0) == 0x80 &&
	       !memcmp(ip6 + 24, &routers, sizeof(routers)) &&
	       teredo_nd_options_valid(ip6 + TEREDO_IP6_HLEN + RS_HLEN,
				       len - TEREDO_IP6_HLEN - RS_HLEN) &&
	       !teredo_icmp_csum(ip6, len);
}

static bool matches(const struct secret *secret,
		    const struct teredo_packet *pkt, const u8 *data)
{
	const u8 *covered = data + teredo_auth_nonce(pkt);
	const u8 *rest = covered + TEREDO_NONCE_LEN + 1;
	u8 value[PACKET_HMAC_LEN];

	packet_hmac(value, &secret->key, covered, TEREDO_NONCE_LEN + 1,
		    rest, data + pkt->trailer - rest);
	return memeql_sec(value, data + 4 + pkt->id_len, sizeof(value));
}

static enum secure_verdict check_auth(struct secure_rs *rs,
				      const struct secret_list *secrets,
				      const struct teredo_packet *pkt,
				      const u8 *data)
{
	const struct secret *secret;
	unsigned int n;

	if (!pkt->auth || !pkt->id_len)
		return RS_NO_AUTH;
	/* a shorter value would be easier to guess */
	if (pkt->au_len != PACKET_HMAC_LEN)
		return RS_AUTH_LENGTH;
	secret = secrets_find(secrets, data + 4, pkt->id_len, &n);
	if (!secret)
		return RS_UNKNOWN_ID;
	for (; n; n--, secret++) {
		if (!matches(secret, pkt, data))
			continue;
		rs->secret = secret;
		return RS_VALID;
	}
	return RS_HMAC;
}

/**
 * secure_check_rs() - validate a router solicitation (5.3.1)
 * @rs: @rs->from and @rs->to are set; result
 * @server: addresses of the server
 * @secrets: secrets of the clients
 * @data: UDP payload
 * @len: length of @data in octets
 *
 * The authentication value does not cover the identifier. That is harmless: the
 * identifier selects the secret, and another secret would not match.
 *
 * Return: RS_VALID, or the first error.
 */
enum secure_verdict secure_check_rs(struct secure_rs *rs,
				    const struct secure_server *server,
				    const struct secret_list *secrets,
				    const u8 *data, size_t len)
{
	enum secure_verdict verdict;
	struct teredo_packet pkt;

	if (teredo_parse(&pkt, data, len))
		return RS_MALFORMED;
	if (packet_discarded(&pkt, data))
		return RS_TRAILER;
	if (pkt.origin)
		return RS_ORIGIN;
	if (!is_solicitation(data + pkt.ip6, pkt.ip6_len))
		return RS_NOT_SOLICITATION;
	if (!teredo_ipv4_is_global(rs->from.addr) || !rs->from.port)
		return RS_MAPPED;
	verdict = check_auth(rs, secrets, &pkt, data);
	if (verdict != RS_VALID)
		return verdict;

	memcpy(rs->nonce, data + teredo_auth_nonce(&pkt), TEREDO_NONCE_LEN);
	memcpy(&rs->source, data + pkt.ip6 + 8, sizeof(rs->source));
	return secure_answer_from(server, rs).addr ? RS_VALID : RS_NO_SECOND;
}

/**
 * secure_answer_from() - find the endpoint to answer from (5.3.2)
 * @server: addresses of the server
 * @rs: solicitation
 *
 * With the cone bit, a client asks for an answer from the other address, to test its
 * NAT. RFC 5991 section 4 forbids servers to ignore the bit.
 *
 * Return: address and port, address 0 if the server has no other address.
 */
struct teredo_endpoint secure_answer_from(const struct secure_server *server,
					  const struct secure_rs *rs)
{
	const struct teredo_endpoint primary = {
		.addr = server->local,
		.port = cpu_to_be16(TEREDO_PORT),
	};

	if (!(teredo_flags(&rs->source) & TEREDO_FLAG_CONE))
		return rs->to;
	return teredo_endpoint_equal(rs->to, primary) ? server->local2 :
							 primary;
}

static u8 *build_auth(u8 *p, const struct secure_rs *rs)
{
	const struct packet_key *key = &rs->secret->key;

	*p++ = 0;
	*p++ = 1;
	*p++ = key->id_len;
	*p++ = PACKET_HMAC_LEN;
	memcpy(p, key->id, key->id_len);
	p += key->id_len + PACKET_HMAC_LEN;
	memcpy(p, rs->nonce, TEREDO_NONCE_LEN);
	p += TEREDO_NONCE_LEN;
	*p++ = rs->secret->expired;
	return p;
}

/**
 * secure_build_ra() - build the router advertisement (5.3.2)
 * @buf: result, SECURE_RA_MAX octets
 * @server: addresses of the server
 * @rs: solicitation
 *
 * A solicitation with an expired secret is answered like any other, but the
 * confirmation octet tells the client to get a new key (5.2.2).
 *
 * Return: length of the datagram in octets.
 */
size_t secure_build_ra(u8 *buf, const struct secure_server *server,
		       const struct secure_rs *rs)
{
	const struct teredo_endpoint self = {
		.addr = server->local,
		.port = cpu_to_be16(TEREDO_PORT),
	};
	struct in6_addr router, prefix = {};
	u8 *rest = build_auth(buf, rs);
	u8 *covered = rest - TEREDO_NONCE_LEN - 1;
	u8 *ip6 = rest + TEREDO_ORIGIN_LEN;

	teredo_build_origin(rest, rs->from);
	teredo_make_linklocal(&router, TEREDO_FLAG_CONE, self);
	prefix.s6_addr32[0] = server->prefix;
	prefix.s6_addr32[1] = server->local;
	teredo_build_ra(ip6, &router, &rs->source, &prefix);
	packet_hmac(covered - PACKET_HMAC_LEN, &rs->secret->key,
		    covered, TEREDO_NONCE_LEN + 1,
		    rest, TEREDO_ORIGIN_LEN + TEREDO_RA_PACKET);
	return ip6 + TEREDO_RA_PACKET - buf;
}
