/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Server side of secure qualification: validate router solicitations, build
 * advertisements (RFC 4380 5.2.2, 5.3.1, 5.3.2). Pure functions.
 *
 * Only a solicitation that proves knowledge of a secret is answered, with one datagram
 * that is at most 56 octets longer. An attacker without a secret cannot make the server
 * send anything.
 */
#ifndef _SERVER_AUTH_H
#define _SERVER_AUTH_H

#include "secrets.h"

#define SECURE_RA_MAX	(TEREDO_AUTH_MIN + PACKET_KEY_MAX + PACKET_HMAC_LEN + \
			 TEREDO_ORIGIN_LEN + TEREDO_RA_PACKET)

/* Reasons to reject a solicitation; secure_verdict_name() has the texts. */
enum secure_verdict {
	RS_VALID,
	RS_MALFORMED,
	RS_TRAILER,
	RS_ORIGIN,
	RS_NOT_SOLICITATION,
	RS_NO_AUTH,
	RS_AUTH_LENGTH,
	RS_UNKNOWN_ID,
	RS_HMAC,
	RS_MAPPED,
	RS_NO_SECOND,

	RS_VERDICTS
};

/**
 * struct secure_server - addresses of the server
 * @prefix: service prefix
 * @local: primary address, which the clients' addresses embed
 * @local2: secondary address and port, address 0 if there is none; can be another
 *	port of @local
 */
struct secure_server {
	__be32 prefix;
	__be32 local;
	struct teredo_endpoint local2;
};

/**
 * struct secure_rs - a router solicitation
 * @from: source, which is the client's mapped endpoint
 * @to: destination: address and port of the server
 * @secret: secret that it proves knowledge of; set by secure_check_rs()
 * @nonce: nonce to return; set by secure_check_rs()
 * @source: IPv6 source; set by secure_check_rs()
 */
struct secure_rs {
	struct teredo_endpoint from;
	struct teredo_endpoint to;
	const struct secret *secret;
	u8 nonce[TEREDO_NONCE_LEN];
	struct in6_addr source;
};

const char *secure_verdict_name(enum secure_verdict verdict);
enum secure_verdict secure_check_rs(struct secure_rs *rs,
				    const struct secure_server *server,
				    const struct secret_list *secrets,
				    const u8 *data, size_t len);
struct teredo_endpoint secure_answer_from(const struct secure_server *server,
					  const struct secure_rs *rs);
size_t secure_build_ra(u8 *buf, const struct secure_server *server,
		       const struct secure_rs *rs);

#endif /* _SERVER_AUTH_H */
