/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Build router solicitations and validate router advertisements of a Teredo client
 * (RFC 4380 5.2.1, 5.2.2). Pure functions.
 */
#ifndef _PACKET_H
#define _PACKET_H

#include <stdint.h>

#include "wire.h"

typedef __u64 u64;

#define PACKET_HMAC_LEN		20	/* HMAC-SHA1 */
#define PACKET_KEY_MAX		255
#define PACKET_RS_MAX		(TEREDO_AUTH_MIN + 255 + PACKET_HMAC_LEN + \
				 TEREDO_RS_PACKET)

/**
 * struct packet_key - key of a client for secure qualification (RFC 4380 5.2.2)
 * @id: client identifier
 * @secret: secret shared with the server
 * @id_len: length of @id; 0 if the client has no identifier
 * @secret_len: length of @secret; 0 if only the nonce protects the exchange
 */
struct packet_key {
	u8 id[PACKET_KEY_MAX];
	u8 secret[PACKET_KEY_MAX];
	u8 id_len;
	u8 secret_len;
};

/**
 * struct packet_query - a solicitation, to match an advertisement against
 * @key: key of the solicitation
 * @nonce: nonce of the solicitation
 * @to: endpoint that the solicitation was sent to
 * @server: primary address of the server, which the prefix can hold instead of that
 *	of @to
 * @prefix: service prefix
 */
struct packet_query {
	const struct packet_key *key;
	u8 nonce[TEREDO_NONCE_LEN];
	struct teredo_endpoint to;
	__be32 server;
	__be32 prefix;
};

/**
 * struct packet_answer - contents of a valid advertisement
 * @mapped: mapped endpoint: the service port as the server sees it
 * @new_key: the server asks the client to get a new key (RFC 4380 5.2.2)
 */
struct packet_answer {
	struct teredo_endpoint mapped;
	bool new_key;
};

/* Reasons to reject an advertisement; packet_verdict_name() has the texts. */
enum packet_verdict {
	RA_VALID,
	RA_UNEXPECTED,
	RA_OUTER_SOURCE,
	RA_MALFORMED,
	RA_TRAILER,
	RA_NO_AUTH,
	RA_NONCE,
	RA_AUTH_LENGTH,
	RA_HMAC,
	RA_NO_ORIGIN,
	RA_ORIGIN_ADDRESS,
	RA_ORIGIN_PORT,
	RA_NOT_ADVERTISEMENT,
	RA_HOP_LIMIT,
	RA_LENGTH,
	RA_CHECKSUM,
	RA_CODE,
	RA_SOURCE,
	RA_DESTINATION,
	RA_OPTION,
	RA_NO_PREFIX,
	RA_TWO_PREFIXES,
	RA_PREFIX_LENGTH,
	RA_PREFIX,
	RA_MTU,

	RA_VERDICTS
};

bool packet_discarded(const struct teredo_packet *pkt, const u8 *data);
const char *packet_verdict_name(enum packet_verdict verdict);
void packet_hmac(u8 out[PACKET_HMAC_LEN], const struct packet_key *key,
		 const u8 *covered, size_t len, const u8 *rest, size_t rest_len);
size_t packet_build_rs(u8 *buf, const struct packet_key *key,
		       const u8 nonce[TEREDO_NONCE_LEN]);
enum packet_verdict packet_check_ra(struct packet_answer *answer,
				    const struct packet_query *query,
				    struct teredo_endpoint from,
				    const u8 *data, size_t len);

#endif /* _PACKET_H */
