// SPDX-License-Identifier: GPL-2.0
/*
 * Check of solicitations by a server's control daemon (RFC 4380 5.2.2, 5.3.1). It answers
 * what it accepts, and a client with the secret must accept the answer.
 */
#include "fuzz.h"
#include "server_auth.h"

#include <arpa/inet.h>

enum {
	FIX_CHECKSUM	= 0x01,
	FIX_VALUE	= 0x02,
	EXPIRED		= 0x04,
	TO_SECONDARY	= 0x08,
	NO_SECONDARY	= 0x10,
	PRIVATE		= 0x20,
};

/* in the order of secrets_find(); "bob" has two */
static struct secret known[] = {
	{ .key = { .id = "bob", .id_len = 3,
		   .secret = "0123456789abcdef", .secret_len = 16 } },
	{ .key = { .id = "bob", .id_len = 3, .secret = "the one before",
		   .secret_len = 14 }, .expired = true },
	{ .key = { .id = "alice", .id_len = 5, .secret = "x",
		   .secret_len = 1 } },
};

static const struct secret_list secrets = { known, ARRAY_SIZE(known) };

static void fix(u8 *data, size_t len, u8 flags)
{
	const struct secret *secret = NULL;
	u8 *covered, *rest, *icmp;
	struct teredo_packet pkt;
	unsigned int n = 0;
	u16 sum;

	if (teredo_parse(&pkt, data, len))
		return;
	icmp = data + pkt.ip6 + TEREDO_IP6_HLEN;
	if (flags & FIX_CHECKSUM &&
	    teredo_icmp_type(data + pkt.ip6, pkt.ip6_len) >= 0) {
		memset(icmp + 2, 0, 2);
		sum = teredo_icmp_csum(data + pkt.ip6, pkt.ip6_len);
		icmp[2] = sum >> 8;
		icmp[3] = sum;
	}
	if (!pkt.auth)
		return;
	covered = data + teredo_auth_nonce(&pkt);
	rest = covered + TEREDO_NONCE_LEN + 1;
	secret = secrets_find(&secrets, data + 4, pkt.id_len, &n);
	if (n > 1 && flags & EXPIRED)
		secret++;
	if (secret && flags & FIX_VALUE && pkt.au_len == PACKET_HMAC_LEN)
		packet_hmac(data + 4 + pkt.id_len, &secret->key, covered,
			    TEREDO_NONCE_LEN + 1, rest,
			    data + pkt.trailer - rest);
}

/* The answer goes to @rs->source, which can differ from &teredo_rs_source. The client must
 * accept everything else.
 */
static void check_answer(const struct secure_server *server,
			 const struct secure_rs *rs)
{
	u8 *ra = malloc(SECURE_RA_MAX);
	size_t len = secure_build_ra(ra, server, rs);
	struct packet_query query = {
		.key = &rs->secret->key,
		.to = secure_answer_from(server, rs),
		.server = server->local,
		.prefix = server->prefix,
	};
	bool usual = !memcmp(&rs->source, &teredo_rs_source, 16);
	struct packet_answer answer;

	FUZZ_CHECK(len <= SECURE_RA_MAX);
	memcpy(query.nonce, rs->nonce, TEREDO_NONCE_LEN);
	FUZZ_CHECK(packet_check_ra(&answer, &query, query.to, ra, len) ==
		   (usual ? RA_VALID : RA_DESTINATION));
	if (usual) {
		FUZZ_CHECK(teredo_endpoint_equal(answer.mapped, rs->from));
		FUZZ_CHECK(answer.new_key == rs->secret->expired);
	}
	free(ra);
}

/* RFC 4861 6.1.1 and RFC 6081 4.1 */
static void check_solicitation(const u8 *data, size_t len)
{
	struct teredo_packet pkt;

	FUZZ_CHECK(!teredo_parse(&pkt, data, len));
	FUZZ_CHECK(!packet_discarded(&pkt, data));
	FUZZ_CHECK(teredo_nd_options_valid(data + pkt.ip6 + TEREDO_RS_PACKET,
					   pkt.ip6_len - TEREDO_RS_PACKET));
}

int fuzz_one(const u8 *data, size_t len)
{
	struct fuzz in = { data, len };
	u8 flags = fuzz_u8(&in);
	const struct secure_server server = {
		.prefix = htonl(TEREDO_PREFIX),
		.local = htonl(0xcb007101),
		.local2.addr = flags & NO_SECONDARY ? 0 : htonl(0xcb007102),
		.local2.port = htons(TEREDO_PORT),
	};
	struct secure_rs rs = {
		.from = { .addr = htonl(flags & PRIVATE ? 0x0a000001 :
							  0xc000020a),
			  .port = htons(fuzz_u16(&in)) },
		.to.addr = flags & TO_SECONDARY && server.local2.addr ?
			   server.local2.addr : server.local,
		.to.port = htons(TEREDO_PORT),
	};
	enum secure_verdict verdict;
	u8 *copy = fuzz_take(&in, in.len, &len);

	fix(copy, len, flags);
	verdict = secure_check_rs(&rs, &server, &secrets, copy, len);
	FUZZ_CHECK(verdict < RS_VERDICTS && secure_verdict_name(verdict));
	if (verdict == RS_VALID) {
		FUZZ_CHECK(!(flags & PRIVATE) && rs.from.port);
		/* the answer is at most 56 octets longer (server_auth.h) */
		FUZZ_CHECK(len + 56 >= TEREDO_AUTH_MIN + rs.secret->key.id_len +
			   PACKET_HMAC_LEN + TEREDO_ORIGIN_LEN +
			   TEREDO_RA_PACKET);
		check_solicitation(copy, len);
		check_answer(&server, &rs);
	}
	free(copy);
	return 0;
}
