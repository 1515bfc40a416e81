// SPDX-License-Identifier: GPL-2.0
/*
 * Secure qualification, server side (RFC 4380 5.2.2): vectors octet for octet, then one
 * property of the solicitation at a time
 */
#include <arpa/inet.h>
#include <stdlib.h>

#include "ktap.h"
#include "server_auth.h"

#define PRIMARY		__constant_htonl(0xcb007101)	/* 203.0.113.1 */
#define SECONDARY	__constant_htonl(0xcb007102)
#define CLIENT		__constant_htonl(0xc000020a)	/* 192.0.2.10 */

#define KEY(name, word) { \
	.id = name, .id_len = sizeof(name) - 1, \
	.secret = word, .secret_len = sizeof(word) - 1 }

/* in the order of secrets_load() */
static struct secret all[] = {
	{ .key = KEY("bob", "bobs-old-secret-is-long"), .expired = true },
	{ .key = KEY("alice", "teredo-test-secret") },
	{ .key = KEY("alice", "what-alice-had-before"), .expired = true },
	{ .key = KEY("mallory", "mallorys-secret-is-long") },
};

static const struct secret_list list = { all, ARRAY_SIZE(all) };

#define AT(address)	{ .addr = (address), .port = __constant_htons(TEREDO_PORT) }

static const struct teredo_endpoint primary = AT(PRIMARY);
static const struct teredo_endpoint secondary = AT(SECONDARY);

static const struct secure_server server = {
	.prefix = __constant_htonl(TEREDO_PREFIX),
	.local = PRIMARY,
	.local2 = AT(SECONDARY),
}, one_address = {
	.prefix = __constant_htonl(TEREDO_PREFIX),
	.local = PRIMARY,
};

/**
 * struct query - a received solicitation
 * @data: UDP payload
 * @len: length of @data
 * @rs: its addresses, and the result of the check
 * @server: the server's configuration
 */
struct query {
	u8 data[KTAP_OCTETS];
	size_t len;
	struct secure_rs rs;
	const struct secure_server *server;
};

static void load(struct query *q, const char *id)
{
	memset(q, 0, sizeof(*q));
	q->len = ktap_load("vectors.txt", id, q->data);
	q->rs.from.addr = CLIENT;
	q->rs.from.port = htons(40000);
	q->rs.to = primary;
	q->server = &server;
}

/* use a buffer of the exact size, so that the sanitizer finds reads beyond it */
static enum secure_verdict check(struct query *q)
{
	u8 *data = malloc(q->len + !q->len);
	enum secure_verdict verdict;

	memcpy(data, q->data, q->len);
	verdict = secure_check_rs(&q->rs, q->server, &list, data, q->len);
	free(data);
	return verdict;
}

/* an authenticated solicitation of a client */
static void build(struct query *q, const struct packet_key *key)
{
	load(q, "RS-5");
	q->len = packet_build_rs(q->data, key, (const u8 *)"\1\2\3\4\5\6\7\10");
}

/* correct authentication and checksum after a change to RS-5 */
static void seal(struct query *q, bool keep_csum)
{
	u8 *covered = q->data + 4 + 5 + PACKET_HMAC_LEN;
	u8 *ip6 = covered + TEREDO_NONCE_LEN + 1;
	size_t len = q->len - (ip6 - q->data);
	u16 sum;

	if (!keep_csum) {
		ip6[42] = 0;
		ip6[43] = 0;
		sum = teredo_icmp_csum(ip6, len);
		ip6[42] = sum >> 8;
		ip6[43] = sum;
	}
	packet_hmac(q->data + 4 + 5, &all[1].key, covered,
		    TEREDO_NONCE_LEN + 1, ip6, len);
}

/* ---- answers ---- */

static void test_answer(const void *arg)
{
	u8 expected[KTAP_OCTETS], reply[SECURE_RA_MAX];
	struct query q;
	size_t len;

	(void)arg;
	load(&q, "RS-5");
	CHECK(check(&q) == RS_VALID);
	CHECK(q.rs.secret == &all[1]);
	len = secure_build_ra(reply, q.server, &q.rs);
	CHECK(len == ktap_load("vectors.txt", "RA-4", expected));
	CHECK(!memcmp(reply, expected, len));
	CHECK(len == q.len + 56);
	/* authentication elements of the vectors, too */
	CHECK(ktap_load("vectors.txt", "AU-4", expected) == 38);
	CHECK(!memcmp(reply, expected, 38));
}

/* AU-5: the same secret, expired */
static void test_expired(const void *arg)
{
	u8 expected[KTAP_OCTETS], reply[SECURE_RA_MAX];
	struct query q;

	(void)arg;
	all[1].expired = true;
	load(&q, "RS-5");
	CHECK(check(&q) == RS_VALID);
	secure_build_ra(reply, q.server, &q.rs);
	all[1].expired = false;
	CHECK(ktap_load("vectors.txt", "AU-5", expected) == 38);
	CHECK(!memcmp(reply, expected, 38));
}

/* A client with its old secret gets an answer with the old secret. */
static void test_rotation(const void *arg)
{
	struct packet_query query = { .to = AT(PRIMARY), .server = PRIMARY,
				      .prefix = server.prefix,
				      .key = &all[2].key };
	struct teredo_endpoint from = { PRIMARY, htons(TEREDO_PORT) };
	struct packet_answer answer;
	u8 reply[SECURE_RA_MAX];
	struct query q;
	size_t len;

	(void)arg;
	build(&q, &all[2].key);
	CHECK(check(&q) == RS_VALID);
	CHECK(q.rs.secret == &all[2]);
	len = secure_build_ra(reply, q.server, &q.rs);
	memcpy(query.nonce, "\1\2\3\4\5\6\7\10", TEREDO_NONCE_LEN);
	CHECK(packet_check_ra(&answer, &query, from, reply, len) == RA_VALID);
	CHECK(answer.new_key);
	CHECK(answer.mapped.addr == CLIENT);
	CHECK(answer.mapped.port == htons(40000));
	/* a client with only the new secret does not accept the answer */
	query.key = &all[1].key;
	CHECK(packet_check_ra(&answer, &query, from, reply, len) == RA_HMAC);
}

/* the longest identifier */
static void test_long_id(const void *arg)
{
	static struct secret longest = { .key.secret = "teredo-test-secret",
					 .key.secret_len = 18,
					 .key.id_len = 255 };
	const struct secret_list one = { &longest, 1 };
	u8 *reply = malloc(SECURE_RA_MAX);
	struct query q;

	(void)arg;
	memset(longest.key.id, 'x', 255);
	build(&q, &longest.key);
	CHECK(secure_check_rs(&q.rs, &server, &one, q.data, q.len) == RS_VALID);
	CHECK(secure_build_ra(reply, &server, &q.rs) == SECURE_RA_MAX);
	CHECK(SECURE_RA_MAX == q.len + 56);
	free(reply);
}

/* ---- where from ---- */

static bool from_is(const struct query *q, struct teredo_endpoint ep)
{
	return teredo_endpoint_equal(secure_answer_from(q->server, &q->rs), ep);
}

static void test_cone(const void *arg)
{
	const int source = 4 + 5 + PACKET_HMAC_LEN + 9 + 16;
	struct query q;

	(void)arg;
	load(&q, "RS-5");
	CHECK(check(&q) == RS_VALID);
	CHECK(from_is(&q, primary));
	q.rs.to = secondary;
	CHECK(check(&q) == RS_VALID);
	CHECK(from_is(&q, secondary));

	q.data[source] |= 0x80;
	seal(&q, false);
	CHECK(check(&q) == RS_VALID);
	CHECK(from_is(&q, primary));
	q.rs.to = primary;
	CHECK(check(&q) == RS_VALID);
	CHECK(from_is(&q, secondary));

	q.server = &one_address;
	CHECK(check(&q) == RS_NO_SECOND);
}

/* The server has one address and a second port. */
static void test_cone_port(const void *arg)
{
	const int source = 4 + 5 + PACKET_HMAC_LEN + 9 + 16;
	const struct teredo_endpoint port = { PRIMARY, htons(3545) };
	const struct secure_server two_ports = {
		.prefix = htonl(TEREDO_PREFIX),
		.local = PRIMARY,
		.local2 = port,
	};
	struct query q;

	(void)arg;
	load(&q, "RS-5");
	q.server = &two_ports;
	CHECK(check(&q) == RS_VALID && from_is(&q, primary));
	q.rs.to = port;
	CHECK(check(&q) == RS_VALID && from_is(&q, port));

	q.data[source] |= 0x80;
	seal(&q, false);
	CHECK(check(&q) == RS_VALID && from_is(&q, primary));
	q.rs.to = primary;
	CHECK(check(&q) == RS_VALID && from_is(&q, port));
}

/* ---- what is refused ---- */

struct vector {
	const char *id;
	enum secure_verdict verdict;
};

static void test_vector(const void *arg)
{
	const struct vector *v = arg;
	struct query q;

	load(&q, v->id);
	CHECK(check(&q) == v->verdict);
}

#define VECTOR(name, ...) \
	{ name, test_vector, &(const struct vector){ __VA_ARGS__ } }

/* offsets in RS-5 */
enum {
	ID = 4,
	VALUE = ID + 5,
	NONCE = VALUE + 20,
	CONFIRM = NONCE + 8,
	IP6 = CONFIRM + 1,
	HOP_LIMIT = IP6 + 7,
	IP_SRC = IP6 + 8,
	IP_DST = IP6 + 24,
	TYPE = IP6 + 40,
	CODE,
	CSUM,
};

/**
 * struct broken - RS-5 with a changed octet
 * @verdict: expected result
 * @at: offset of the octet
 * @with: value for exclusive or
 * @sealed: recompute the value, as a sender with the secret can
 * @keep_csum: but do not correct the checksum
 */
struct broken {
	enum secure_verdict verdict;
	unsigned int at;
	u8 with;
	bool sealed;
	bool keep_csum;
};

static void test_broken(const void *arg)
{
	const struct broken *b = arg;
	struct query q;

	load(&q, "RS-5");
	q.data[b->at] ^= b->with;
	if (b->sealed)
		seal(&q, b->keep_csum);
	CHECK(check(&q) == b->verdict);
}

#define CHANGED(name, ...) \
	{ name, test_broken, &(const struct broken){ __VA_ARGS__ } }
#define BROKEN(name, verdict, at, with) \
	CHANGED(name, verdict, at, with, false, false)
#define SEALED(name, verdict, at, with) \
	CHANGED(name, verdict, at, with, true, false)

/* a truncated value, with consistent lengths */
static void test_short_value(const void *arg)
{
	struct query q;

	(void)arg;
	load(&q, "RS-5");
	q.data[3] = 19;
	memmove(q.data + VALUE + 19, q.data + NONCE, q.len - NONCE);
	q.len--;
	CHECK(check(&q) == RS_AUTH_LENGTH);
	/* an identifier without a value */
	load(&q, "RS-5");
	q.data[3] = 0;
	memmove(q.data + VALUE, q.data + NONCE, q.len - NONCE);
	q.len -= 20;
	CHECK(check(&q) == RS_AUTH_LENGTH);
}

static void test_bits(const void *arg)
{
	struct query q;
	unsigned int i;

	(void)arg;
	for (i = 0; i < 8 * (VALUE + 20); i++) {
		load(&q, "RS-5");
		q.data[i / 8] ^= 1 << i % 8;
		CHECK(check(&q) != RS_VALID);
	}
}

static void test_cut(const void *arg)
{
	struct query q;

	(void)arg;
	load(&q, "RS-5");
	while (q.len--)
		CHECK(check(&q) == RS_MALFORMED);
}

static void test_other_client(const void *arg)
{
	struct query q;

	(void)arg;
	build(&q, &all[3].key);
	CHECK(check(&q) == RS_VALID);
	/* mallory's value with another identifier of the same length */
	memcpy(q.data + 4, "mallora", 7);
	CHECK(check(&q) == RS_UNKNOWN_ID);
	/* bob's secret does not authenticate alice */
	build(&q, &(struct packet_key)KEY("alice", "bobs-old-secret-is-long"));
	CHECK(check(&q) == RS_HMAC);
}

static void test_mapped(const void *arg)
{
	struct query q;

	(void)arg;
	load(&q, "RS-5");
	q.rs.from.addr = htonl(0x0a000001);
	CHECK(check(&q) == RS_MAPPED);
	load(&q, "RS-5");
	q.rs.from.port = 0;
	CHECK(check(&q) == RS_MAPPED);
}

static void test_trailer(const void *arg)
{
	struct query q;

	(void)arg;
	load(&q, "RS-5");
	memcpy(q.data + q.len, "\x01\x04\0\0\0\0", 6);
	q.len += 6;
	CHECK(check(&q) == RS_VALID);
}

/* RFC 4861 6.1.1: options must not have length 0 */
static void test_options(const void *arg)
{
	static const struct {
		u8 len;
		u8 octets[16];
		enum secure_verdict verdict;
	} options[] = {
		{ 8, { 1, 1 }, RS_VALID },
		{ 16, { 1, 1, [8] = 200, 1 }, RS_VALID },
		{ 16, { 200, 2 }, RS_VALID },
		{ 8, { 1, 0 }, RS_NOT_SOLICITATION },
		{ 16, { 1, 1, [8] = 1, 0 }, RS_NOT_SOLICITATION },
		{ 8, { 1, 2 }, RS_NOT_SOLICITATION },
		{ 1, { 1 }, RS_NOT_SOLICITATION },
		{ 4, { 1, 1 }, RS_NOT_SOLICITATION },
	};
	struct query q;
	size_t i;

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		load(&q, "RS-5");
		memcpy(q.data + q.len, options[i].octets, options[i].len);
		q.len += options[i].len;
		q.data[IP6 + 5] += options[i].len;
		seal(&q, false);
		CHECK(check(&q) == options[i].verdict);
	}
}

/* RFC 6081 4.1: a trailer that demands a discard */
static void test_discard(const void *arg)
{
	struct query q;

	(void)arg;
	load(&q, "RS-5");
	memcpy(q.data + q.len, "\x01\x04\0\0\0\0\x41\0", 8);
	q.len += 8;
	CHECK(check(&q) == RS_TRAILER);
}

static const struct ktap_test tests[] = {
	{ "RS-5 is answered by RA-4 # S-29 S-30 S-31 S-32 C-49 C-51 S-38",
	  test_answer, NULL },
	{ "expired secret, AU-5 # S-31 A-08", test_expired, NULL },
	{ "a client with its old secret # S-31 C-48", test_rotation, NULL },
	{ "the longest identifier # G-14 S-38", test_long_id, NULL },
	{ "which address answers # S-27 V-09", test_cone, NULL },
	{ "which port answers # S-27 V-09", test_cone_port, NULL },
	VECTOR("RS-1, no element # S-10", "RS-1", RS_NO_AUTH),
	VECTOR("RS-4, nonce only # S-10", "RS-4", RS_NO_AUTH),
	VECTOR("RA-4, no solicitation # S-09", "RA-4", RS_ORIGIN),
	VECTOR("RA-1, no solicitation # S-09", "RA-1", RS_NOT_SOLICITATION),
	BROKEN("value # S-10 C-50", RS_HMAC, VALUE, 1),
	BROKEN("end of the value # S-10 C-50", RS_HMAC, VALUE + 19, 0x80),
	BROKEN("nonce # C-49", RS_HMAC, NONCE + 7, 1),
	BROKEN("confirmation # C-49", RS_HMAC, CONFIRM, 1),
	BROKEN("identifier # S-10", RS_UNKNOWN_ID, ID, 1),
	BROKEN("flow label, covered # C-49", RS_HMAC, IP6 + 3, 1),
	SEALED("confirmation that is covered", RS_VALID, CONFIRM, 1),
	SEALED("hop limit # C-28", RS_NOT_SOLICITATION, HOP_LIMIT, 1),
	SEALED("source not link-local # S-09", RS_NOT_SOLICITATION, IP_SRC,
	       0xde),
	SEALED("destination # S-09", RS_NOT_SOLICITATION, IP_DST + 15, 3),
	SEALED("type", RS_NOT_SOLICITATION, TYPE, 1),
	SEALED("code", RS_NOT_SOLICITATION, CODE, 1),
	CHANGED("checksum", RS_NOT_SOLICITATION, CSUM, 1, true, true),
	{ "value of another length # A-08", test_short_value, NULL },
	{ "each bit of the element # S-10", test_bits, NULL },
	{ "cut anywhere # S-06", test_cut, NULL },
	{ "another client's secret # A-08", test_other_client, NULL },
	{ "private source # S-08 S-28", test_mapped, NULL },
	{ "trailers are not covered # XC-02", test_trailer, NULL },
	{ "a trailer that asks for it to be discarded # XC-06", test_discard,
	  NULL },
	{ "options # S-09", test_options, NULL },
};

KTAP_MAIN(tests)
