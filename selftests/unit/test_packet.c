// SPDX-License-Identifier: GPL-2.0
/*
 * Check of advertisements (RFC 4380 5.2.1): a valid one, and one for each broken property
 */
#include <arpa/inet.h>
#include <stdlib.h>

#include "ktap.h"
#include "packet.h"

#define PRIMARY		__constant_htonl(0xcb007101)	/* 203.0.113.1 */
#define SECONDARY	__constant_htonl(0xcb007102)
#define OTHER		__constant_htonl(0xc6336476)	/* 198.51.100.118 */
#define PREFIX		__constant_htonl(TEREDO_PREFIX)

static const struct packet_key no_key, full_key = {
	.id = "alice", .id_len = 5,
	.secret = "teredo-test-secret", .secret_len = 18,
};

/**
 * struct ra - a received advertisement
 * @data: UDP payload
 * @len: length of @data
 * @ip6: offset of the IPv6 header
 * @from: outer source
 * @query: solicitation to compare it with
 */
struct ra {
	u8 data[KTAP_OCTETS];
	size_t len;
	size_t ip6;
	struct teredo_endpoint from;
	struct packet_query query;
};

static void load(struct ra *ra, const char *id)
{
	struct teredo_packet pkt;

	memset(ra, 0, sizeof(*ra));
	ra->len = ktap_load("vectors.txt", id, ra->data);
	CHECK(!teredo_parse(&pkt, ra->data, ra->len));
	ra->ip6 = pkt.ip6;
	ra->from.addr = PRIMARY;
	ra->from.port = htons(TEREDO_PORT);
	ra->query.key = &no_key;
	memcpy(ra->query.nonce, "\1\2\3\4\5\6\7\10", TEREDO_NONCE_LEN);
	ra->query.to.addr = PRIMARY;
	ra->query.to.port = htons(TEREDO_PORT);
	ra->query.server = PRIMARY;
	ra->query.prefix = PREFIX;
}

/* correct lengths and checksum after a change */
static void seal(struct ra *ra)
{
	u8 *ip6 = ra->data + ra->ip6;
	size_t len = ra->len - ra->ip6;
	u16 sum;

	ip6[4] = (len - TEREDO_IP6_HLEN) >> 8;
	ip6[5] = len - TEREDO_IP6_HLEN;
	ip6[42] = 0;
	ip6[43] = 0;
	sum = teredo_icmp_csum(ip6, len);
	ip6[42] = sum >> 8;
	ip6[43] = sum;
}

/* use a buffer of the exact size, so that the sanitizer finds reads beyond it */
static enum packet_verdict check(const struct ra *ra,
				 struct packet_answer *answer)
{
	u8 *data = malloc(ra->len + !ra->len);
	enum packet_verdict verdict;

	memset(answer, 0, sizeof(*answer));
	memcpy(data, ra->data, ra->len);
	verdict = packet_check_ra(answer, &ra->query, ra->from, data, ra->len);
	free(data);
	return verdict;
}

/* ---- vectors as they are ---- */

struct vector {
	const char *id;
	enum packet_verdict verdict;
	const struct packet_key *key;
};

static void test_vector(const void *arg)
{
	const struct vector *v = arg;
	struct packet_answer answer;
	struct ra ra;

	load(&ra, v->id);
	ra.query.key = v->key;
	CHECK(check(&ra, &answer) == v->verdict);
	if (v->verdict != RA_VALID)
		return;
	CHECK(answer.mapped.addr == htonl(0xc000020a));
	CHECK(answer.mapped.port == htons(40000));
	CHECK(!answer.new_key);
}

#define VECTOR(name, ...) \
	{ name, test_vector, &(const struct vector){ __VA_ARGS__ } }

/* ---- one property at a time ---- */

/* offsets in RA-3 */
enum {
	NONCE = 4,
	ORIGIN = 13,
	HOP_LIMIT = 21 + 7,
	IP_SRC = 21 + 8,
	IP_DST = 21 + 24,
	TYPE = 21 + 40,
	CODE,
	CSUM,
	PIO = 21 + 56,
	MTU = PIO + 32,
};

struct broken {
	enum packet_verdict verdict;
	void (*damage)(struct ra *ra);
	bool keep_csum;
};

static void test_broken(const void *arg)
{
	const struct broken *b = arg;
	struct packet_answer answer;
	struct ra ra;

	load(&ra, "RA-3");
	CHECK(check(&ra, &answer) == RA_VALID);
	b->damage(&ra);
	if (!b->keep_csum)
		seal(&ra);
	CHECK(check(&ra, &answer) == b->verdict);
}

#define DAMAGE(name, ...)						\
static void name(struct ra *ra)						\
{									\
	__VA_ARGS__;							\
}

DAMAGE(nothing, (void)ra)
DAMAGE(outer_address, ra->from.addr = SECONDARY)
DAMAGE(outer_port, ra->from.port = htons(3545))
DAMAGE(empty, ra->len = 0)
DAMAGE(cut_short, ra->len--)
DAMAGE(nonce_first, ra->data[NONCE] ^= 0x80)
DAMAGE(nonce_last, ra->data[NONCE + 7] ^= 1)
DAMAGE(origin_private, memcpy(ra->data + ORIGIN + 4, "\xf5\xff\xff\xfe", 4))
DAMAGE(origin_port_0, memset(ra->data + ORIGIN + 2, 0xff, 2))
DAMAGE(hop_limit_254, ra->data[HOP_LIMIT] = 254)
DAMAGE(type_rs, ra->data[TYPE] = TEREDO_ICMP_RS)
DAMAGE(not_icmp, ra->data[21 + 6] = TEREDO_NEXTHDR_NONE)
DAMAGE(code_1, ra->data[CODE] = 1)
DAMAGE(csum_wrong, ra->data[CSUM] ^= 1)
DAMAGE(length_12, ra->len = 21 + 40 + 12)
DAMAGE(source_global, ra->data[IP_SRC] = 0x20)
DAMAGE(source_site_local, ra->data[IP_SRC + 1] = 0xc0)
DAMAGE(other_destination, ra->data[IP_DST + 15] ^= 1)
DAMAGE(all_nodes, memcpy(ra->data + IP_DST, "\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16))
DAMAGE(option_length_0, ra->data[MTU + 1] = 0)
DAMAGE(option_too_long, ra->data[MTU] = 253; ra->data[MTU + 1] = 2)
DAMAGE(option_stump, ra->len -= 7)
DAMAGE(prefix_option_short, ra->data[PIO + 1] = 3)
DAMAGE(mtu_option_long, ra->data[MTU + 1] = 2; memset(ra->data + ra->len, 0, 8); ra->len += 8)
DAMAGE(no_prefix, ra->data[PIO] = 200)
DAMAGE(prefix_63, ra->data[PIO + 2] = 63)
DAMAGE(prefix_65, ra->data[PIO + 2] = 65)
DAMAGE(prefix_not_teredo, ra->data[PIO + 16] = 0x3f)
DAMAGE(prefix_other_server, memcpy(ra->data + PIO + 20, "\xc6\x33\x64\x76", 4))
DAMAGE(prefix_secondary, memcpy(ra->data + PIO + 20, "\xcb\0\x71\2", 4))
DAMAGE(mtu_1279, ra->data[MTU + 7] = 0xff; ra->data[MTU + 6] = 4)
DAMAGE(mtu_1500, ra->data[MTU + 7] = 0xdc; ra->data[MTU + 6] = 5)
DAMAGE(mtu_huge, ra->data[MTU + 4] = 0xff)
DAMAGE(no_mtu, ra->len -= 8)
DAMAGE(unknown_option, ra->data[MTU] = 253)
DAMAGE(confirmation, ra->data[NONCE + 8] = 1)

static void two_prefixes(struct ra *ra)
{
	memcpy(ra->data + ra->len, ra->data + PIO, 32);
	ra->len += 32;
}

static void remove_octets(struct ra *ra, size_t from, size_t n)
{
	memmove(ra->data + from, ra->data + from + n, ra->len - from - n);
	ra->len -= n;
	ra->ip6 -= n;
}

DAMAGE(no_auth, remove_octets(ra, 0, TEREDO_AUTH_MIN))
DAMAGE(no_origin, remove_octets(ra, ORIGIN, TEREDO_ORIGIN_LEN))

/* the primary's answer comes from the secondary address, and vice versa */
static void secondary_asked(struct ra *ra)
{
	ra->from.addr = SECONDARY;
	ra->query.to.addr = SECONDARY;
}

static void secondary_names_itself(struct ra *ra)
{
	secondary_asked(ra);
	prefix_secondary(ra);
}

/* trailers can follow (RFC 6081 section 4) */
static void with_trailer(struct ra *ra)
{
	seal(ra);
	memcpy(ra->data + ra->len, "\1\4\xde\xad\xbe\xef", 6);
	ra->len += 6;
}

/* RFC 6081 5.1.2: an unknown trailer that must not be skipped */
static void discard_trailer(struct ra *ra)
{
	with_trailer(ra);
	memcpy(ra->data + ra->len, "\x41\0", 2);
	ra->len += 2;
}

/* more trailers than the parser reads */
static void many_trailers(struct ra *ra)
{
	seal(ra);
	memset(ra->data + ra->len, 0x81, TEREDO_MAX_TRAILERS + 1);
	ra->len += TEREDO_MAX_TRAILERS + 1;
}

#define BROKEN(name, verdict, damage) \
	{ name, test_broken, &(const struct broken){ verdict, damage, false } }
#define AS_IT_IS(name, verdict, damage) \
	{ name, test_broken, &(const struct broken){ verdict, damage, true } }

/* ---- secure qualification ---- */

static void check_secure(void (*damage)(struct ra *ra),
			 enum packet_verdict verdict)
{
	struct packet_answer answer;
	struct ra ra;

	load(&ra, "RA-4");
	ra.query.key = &full_key;
	damage(&ra);
	CHECK(check(&ra, &answer) == verdict);
}

static void test_hmac_bits(const void *arg)
{
	struct packet_answer answer;
	struct ra ra;
	size_t i;

	(void)arg;
	load(&ra, "RA-4");
	ra.query.key = &full_key;
	/* all bits are covered, except those of the identifier */
	for (i = 8 * 9; i < 8 * ra.len; i++) {
		ra.data[i / 8] ^= 1 << i % 8;
		CHECK(check(&ra, &answer) != RA_VALID);
		ra.data[i / 8] ^= 1 << i % 8;
	}
	CHECK(check(&ra, &answer) == RA_VALID);
}

DAMAGE(value_wrong, ra->data[9] ^= 1)

/* a correct value without its last octet */
static void value_19(struct ra *ra)
{
	ra->data[3] = 19;
	remove_octets(ra, 28, 1);
}

static void value_none(struct ra *ra)
{
	ra->data[3] = 0;
	remove_octets(ra, 9, 20);
}

static void trailer_not_covered(struct ra *ra)
{
	memcpy(ra->data + ra->len, "\1\4\xde\xad\xbe\xef", 6);
	ra->len += 6;
}

static void test_hmac_value(const void *arg)
{
	(void)arg;
	check_secure(nothing, RA_VALID);
	check_secure(value_wrong, RA_HMAC);
}

static void test_hmac_length(const void *arg)
{
	(void)arg;
	check_secure(value_19, RA_AUTH_LENGTH);
	check_secure(value_none, RA_AUTH_LENGTH);
}

static void test_hmac_trailer(const void *arg)
{
	(void)arg;
	check_secure(trailer_not_covered, RA_VALID);
}

/* AU-5: an otherwise valid answer that demands a new key */
static void test_new_key(const void *arg)
{
	struct packet_answer answer;
	struct ra ra, tail;
	size_t len;

	(void)arg;
	load(&ra, "RA-4");
	load(&tail, "RA-2");
	len = ktap_load("vectors.txt", "AU-5", ra.data);
	memcpy(ra.data + len, tail.data, tail.len);
	ra.query.key = &full_key;
	CHECK(check(&ra, &answer) == RA_VALID);
	CHECK(answer.new_key);
	CHECK(answer.mapped.port == htons(40000));
}

static void test_names(const void *arg)
{
	int i, j;

	(void)arg;
	for (i = 0; i < RA_VERDICTS; i++)
		for (j = 0; j < i; j++)
			CHECK(strcmp(packet_verdict_name(i),
				     packet_verdict_name(j)));
}

static void test_custom_prefix(const void *arg)
{
	struct packet_answer answer;
	struct ra ra;

	(void)arg;
	load(&ra, "RA-3");
	ra.query.prefix = htonl(0x3ffe831f);
	CHECK(check(&ra, &answer) == RA_PREFIX);
	memcpy(ra.data + PIO + 16, "\x3f\xfe\x83\x1f", 4);
	seal(&ra);
	CHECK(check(&ra, &answer) == RA_VALID);
}

static const struct ktap_test tests[] = {
	VECTOR("RA-1 bare # C-27 A-06", "RA-1", RA_NO_AUTH, &no_key),
	VECTOR("RA-2 without authentication # C-43 A-06", "RA-2", RA_NO_AUTH,
	       &no_key),
	VECTOR("RA-3 # C-28 C-32", "RA-3", RA_VALID, &no_key),
	VECTOR("RA-4 # C-49 C-51", "RA-4", RA_VALID, &full_key),
	VECTOR("RA-4 unasked for # A-07", "RA-4", RA_VALID, &no_key),
	VECTOR("RA-3 where a value is needed # C-50", "RA-3", RA_AUTH_LENGTH,
	       &full_key),
	VECTOR("RA-5 to another link-local address # C-29", "RA-5",
	       RA_DESTINATION, &no_key),
	VECTOR("RA-6 with two prefixes # C-30", "RA-6", RA_TWO_PREFIXES,
	       &no_key),
	VECTOR("RA-7 of another server # C-31", "RA-7", RA_PREFIX, &no_key),

	AS_IT_IS("nothing broken # C-28", RA_VALID, nothing),
	AS_IT_IS("outer address # A-03 C-18", RA_OUTER_SOURCE, outer_address),
	AS_IT_IS("outer port # A-03 C-18", RA_OUTER_SOURCE, outer_port),
	AS_IT_IS("empty datagram # G-13", RA_MALFORMED, empty),
	AS_IT_IS("cut short # G-24", RA_MALFORMED, cut_short),
	AS_IT_IS("no authentication # A-06", RA_NO_AUTH, no_auth),
	AS_IT_IS("first bit of the nonce # C-45", RA_NONCE, nonce_first),
	AS_IT_IS("last bit of the nonce # C-45", RA_NONCE, nonce_last),
	AS_IT_IS("no origin # C-27", RA_NO_ORIGIN, no_origin),
	AS_IT_IS("private origin # G-09", RA_ORIGIN_ADDRESS, origin_private),
	AS_IT_IS("origin port 0 # G-09", RA_ORIGIN_PORT, origin_port_0),
	BROKEN("a solicitation # C-28", RA_NOT_ADVERTISEMENT, type_rs),
	BROKEN("no ICMPv6 # C-28", RA_NOT_ADVERTISEMENT, not_icmp),
	BROKEN("hop limit 254 # C-28", RA_HOP_LIMIT, hop_limit_254),
	BROKEN("12 octets of ICMPv6 # C-28", RA_LENGTH, length_12),
	AS_IT_IS("checksum # C-28", RA_CHECKSUM, csum_wrong),
	BROKEN("code 1 # C-28", RA_CODE, code_1),
	BROKEN("global source # C-28", RA_SOURCE, source_global),
	BROKEN("site-local source # C-28", RA_SOURCE, source_site_local),
	BROKEN("another destination # C-29", RA_DESTINATION, other_destination),
	BROKEN("to all nodes # C-29", RA_DESTINATION, all_nodes),
	BROKEN("option of length 0 # C-28", RA_OPTION, option_length_0),
	BROKEN("option beyond the end # C-28", RA_OPTION, option_too_long),
	BROKEN("one stray octet # C-28", RA_OPTION, option_stump),
	BROKEN("short prefix option # C-30", RA_OPTION, prefix_option_short),
	BROKEN("long MTU option # A-52", RA_OPTION, mtu_option_long),
	BROKEN("no prefix # C-30", RA_NO_PREFIX, no_prefix),
	BROKEN("two prefixes # C-30", RA_TWO_PREFIXES, two_prefixes),
	BROKEN("a /63 # C-31", RA_PREFIX_LENGTH, prefix_63),
	BROKEN("a /65 # C-31", RA_PREFIX_LENGTH, prefix_65),
	BROKEN("prefix is not Teredo's # C-31", RA_PREFIX, prefix_not_teredo),
	BROKEN("prefix of another server # C-31", RA_PREFIX,
	       prefix_other_server),
	BROKEN("primary names the secondary # C-31", RA_PREFIX,
	       prefix_secondary),
	BROKEN("MTU 1279 # A-52", RA_MTU, mtu_1279),
	BROKEN("MTU 1500 # A-52", RA_VALID, mtu_1500),
	BROKEN("enormous MTU # A-52", RA_VALID, mtu_huge),
	BROKEN("no MTU # S-33", RA_VALID, no_mtu),
	BROKEN("unknown option # C-30", RA_VALID, unknown_option),
	AS_IT_IS("trailer behind it # XC-02", RA_VALID, with_trailer),
	AS_IT_IS("trailer that asks for it to be discarded # XC-06", RA_TRAILER,
		 discard_trailer),
	AS_IT_IS("too many trailers # XC-06", RA_TRAILER, many_trailers),
	BROKEN("secondary names the primary # A-04", RA_VALID, secondary_asked),
	BROKEN("secondary names itself # A-04", RA_VALID,
	       secondary_names_itself),
	AS_IT_IS("confirmation octet without a value # C-48", RA_VALID,
		 confirmation),

	{ "a wrong value # C-50 AU-6", test_hmac_value, NULL },
	{ "a value of other than 20 octets # A-08", test_hmac_length, NULL },
	{ "any bit under the value # C-49 C-50", test_hmac_bits, NULL },
	{ "the server wants a new key # C-48 AU-5", test_new_key, NULL },
	{ "trailers are not under the value # C-49", test_hmac_trailer, NULL },
	{ "each reason has words of its own", test_names, NULL },
	{ "another service prefix", test_custom_prefix, NULL },
};

KTAP_MAIN(tests)
