// SPDX-License-Identifier: GPL-2.0
/*
 * Wire formats: the module parses and builds the octets of the test vectors, which the
 * unit tests of the tools use as well. The module has other compiler options.
 */
#include <kunit/test.h>
#include <linux/hex.h>
#include <linux/inet.h>

#include "../wire.h"

static const struct {
	const char *id;
	const char *hex;
} vectors[] = {
#include "vectors.h"
};

/* Copy a vector to a buffer of exactly its size, so that KASAN detects reads beyond its
 * end.
 */
static u8 *vector(struct kunit *test, const char *id, size_t *len)
{
	size_t i;
	u8 *buf;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		if (strcmp(vectors[i].id, id))
			continue;
		*len = strlen(vectors[i].hex) / 2;
		buf = kunit_kmalloc(test, *len, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, buf);
		KUNIT_ASSERT_EQ(test, hex2bin(buf, vectors[i].hex, *len), 0);
		return buf;
	}
	KUNIT_FAIL_AND_ABORT(test, "there is no %s", id);
	return NULL;
}

static void expect_vector(struct kunit *test, const char *id, const void *data,
			  size_t len)
{
	size_t want_len;
	const u8 *want = vector(test, id, &want_len);

	KUNIT_ASSERT_EQ(test, len, want_len);
	KUNIT_EXPECT_MEMEQ(test, data, want, len);
}

static struct teredo_endpoint endpoint(const char *addr, u16 port)
{
	return (struct teredo_endpoint) {
		.addr = in_aton(addr),
		.port = cpu_to_be16(port),
	};
}

struct address {
	const char *id;
	const char *server;	/* NULL for a link-local address */
	u16 flags;
	const char *mapped;
	u16 port;
};

/* Addresses (RFC 4380 4; G-04, G-05). */
static const struct address addresses[] = {
	{ "AD-05", "203.0.113.1", 0x2c5a, "192.0.2.10", 40000 },
	{ "AD-06", "203.0.113.1", 0x10a7, "192.0.2.20", 50000 },
	{ "AD-07", "203.0.113.1", 0x8000, "192.0.2.10", 40000 },
	{ "AD-08", "203.0.113.1", 0x3cff, "192.0.2.10", 40000 },
	{ "AD-10", NULL, 0x8000, "203.0.113.1", 3544 },
	{ "AD-11", NULL, 0, "10.1.0.2", 40000 },
};

KUNIT_ARRAY_PARAM_DESC(address, addresses, id);

static void test_address(struct kunit *test)
{
	const struct address *ad = test->param_value;
	struct teredo_endpoint ep = endpoint(ad->mapped, ad->port);
	const __be32 prefix = cpu_to_be32(TEREDO_PREFIX);
	struct in6_addr addr;

	if (ad->server)
		teredo_make_address(&addr, prefix, in_aton(ad->server),
				    ad->flags, ep);
	else
		teredo_make_linklocal(&addr, ad->flags, ep);
	expect_vector(test, ad->id, &addr, sizeof(addr));
	KUNIT_EXPECT_EQ(test, teredo_is_teredo(&addr, prefix), !!ad->server);
	KUNIT_EXPECT_EQ(test, teredo_flags(&addr), ad->flags);
	KUNIT_EXPECT_TRUE(test, teredo_endpoint_equal(teredo_mapped(&addr), ep));
}

/* First and last address of each block that is not global (RFC 4380 5.2.4; G-19). */
static void test_global(struct kunit *test)
{
	static const char * const bad[] = {
		"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255",
		"127.0.0.1", "169.254.0.0", "169.254.255.255", "172.16.0.0",
		"172.31.255.255", "192.88.99.0", "192.88.99.255",
		"192.168.0.0", "192.168.255.255", "224.0.0.0",
		"239.255.255.255", "255.255.255.255",
	};
	static const char * const good[] = {
		"1.0.0.0", "9.255.255.255", "11.0.0.0", "126.255.255.255",
		"128.0.0.0", "169.253.255.255", "169.255.0.0",
		"172.15.255.255", "172.32.0.0", "192.88.98.255",
		"192.88.100.0", "192.167.255.255", "192.169.0.0",
		"223.255.255.255", "240.0.0.0", "255.255.255.254",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_FALSE_MSG(test,
				       teredo_ipv4_is_global(in_aton(bad[i])),
				       "%s", bad[i]);
	for (i = 0; i < ARRAY_SIZE(good); i++)
		KUNIT_EXPECT_TRUE_MSG(test,
				      teredo_ipv4_is_global(in_aton(good[i])),
				      "%s", good[i]);
}

/* Origin indication (RFC 4380 5.1.1). */
static void test_origin(struct kunit *test)
{
	struct teredo_endpoint from = endpoint("192.0.2.10", 40000);
	u8 origin[TEREDO_ORIGIN_LEN];

	teredo_build_origin(origin, from);
	expect_vector(test, "OR-2", origin, sizeof(origin));
}

/* Offsets in datagrams with each combination of headers (RFC 4380 5.1.1). */
static void test_parse(struct kunit *test)
{
	struct teredo_packet pkt;
	size_t len;
	u8 *data;

	data = vector(test, "BU-1", &len);
	KUNIT_ASSERT_EQ(test, teredo_parse(&pkt, data, len), 0);
	KUNIT_EXPECT_FALSE(test, pkt.auth || pkt.origin || pkt.trailer_len);
	KUNIT_EXPECT_EQ(test, pkt.ip6, 0);
	KUNIT_EXPECT_TRUE(test, teredo_is_bubble(data, pkt.ip6_len));

	data = vector(test, "BU-3", &len);
	KUNIT_ASSERT_EQ(test, teredo_parse(&pkt, data, len), 0);
	KUNIT_EXPECT_TRUE(test, pkt.origin && !pkt.auth);
	KUNIT_EXPECT_TRUE(test, teredo_endpoint_equal(pkt.from,
						      endpoint("192.0.2.10",
							       40000)));
	KUNIT_EXPECT_EQ(test, pkt.trailer_len, 6);

	data = vector(test, "RA-4", &len);
	KUNIT_ASSERT_EQ(test, teredo_parse(&pkt, data, len), 0);
	KUNIT_EXPECT_TRUE(test, pkt.auth && pkt.origin);
	KUNIT_EXPECT_EQ(test, pkt.id_len, 5);
	KUNIT_EXPECT_EQ(test, pkt.au_len, 20);
	KUNIT_EXPECT_EQ(test, pkt.ip6, len - TEREDO_RA_PACKET);
}

/* A truncated packet is refused, and not read beyond its end. */
static void test_truncated(struct kunit *test)
{
	struct teredo_packet pkt;
	size_t len, i;
	u8 *data = vector(test, "RA-4", &len), *copy;

	for (i = 0; i < len; i++) {
		copy = kunit_kmalloc(test, i, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, copy);
		memcpy(copy, data, i);
		KUNIT_EXPECT_NE_MSG(test, teredo_parse(&pkt, copy, i), 0,
				    "%zu octets", i);
		kunit_kfree(test, copy);
	}
}

/* Trailers (RFC 6081 5.1.2). */
static void test_trailers(struct kunit *test)
{
	struct teredo_trailers tr;
	size_t len;
	u8 *data;

	data = vector(test, "TR-13", &len);
	KUNIT_ASSERT_EQ(test, teredo_parse_trailers(&tr, data, len), 0);
	KUNIT_EXPECT_TRUE(test, tr.has_nonce && tr.has_random_port);
	KUNIT_EXPECT_EQ(test, be32_to_cpu(tr.nonce), 0xdeadbeef);
	KUNIT_EXPECT_EQ(test, be16_to_cpu(tr.random_port), 0x9cbb);
	KUNIT_EXPECT_EQ(test, tr.n_alternates, 2);
	KUNIT_EXPECT_TRUE(test, teredo_endpoint_equal(tr.alternates[1],
						      endpoint("192.168.1.2",
							       40000)));

	data = vector(test, "TR-16", &len);
	KUNIT_EXPECT_EQ(test, teredo_parse_trailers(&tr, data, len), 0);
	KUNIT_EXPECT_TRUE(test, tr.has_nonce && !tr.has_nd);

	data = vector(test, "TR-15", &len);
	KUNIT_EXPECT_EQ(test, teredo_parse_trailers(&tr, data, len), -EINVAL);

	data = vector(test, "TR-7", &len);
	KUNIT_EXPECT_EQ(test, teredo_parse_trailers(&tr, data, len), 0);
	KUNIT_EXPECT_TRUE(test, tr.bad_alternate);

	data = vector(test, "TR-18", &len);
	KUNIT_EXPECT_EQ(test, teredo_parse_trailers(&tr, data, len), 0);
	KUNIT_EXPECT_FALSE(test, tr.has_nonce);
}

/* Router advertisement (RFC 4380 5.3.2). */
static void test_advertisement(struct kunit *test)
{
	struct in6_addr src, dst, prefix;
	u8 ra[TEREDO_RA_PACKET];

	teredo_make_linklocal(&src, TEREDO_FLAG_CONE,
			      endpoint("203.0.113.1", 3544));
	in6_pton("fe80::ffff:ffff:ffff", -1, dst.s6_addr, -1, NULL);
	teredo_make_address(&prefix, cpu_to_be32(TEREDO_PREFIX),
			    in_aton("203.0.113.1"), 0, endpoint("0.0.0.0", 0));
	teredo_build_ra(ra, &src, &dst, &prefix);
	expect_vector(test, "RA-1", ra, sizeof(ra));
}

/* Connectivity test (RFC 4380 5.2.9, 5.2.3): only the exact reply is accepted. */
static void test_echo(struct kunit *test)
{
	struct teredo_echo echo = { .id = cpu_to_be16(0x5445),
				    .seq = cpu_to_be16(1) };
	struct in6_addr src, dst;
	size_t len, nonce_len;
	u8 ping[TEREDO_ECHO_PACKET], *reply, *nonce;

	nonce = vector(test, "PI-1", &nonce_len);
	memcpy(echo.nonce, nonce + nonce_len - TEREDO_ECHO_LEN,
	       TEREDO_ECHO_LEN);
	memcpy(&src, nonce + 8, sizeof(src));
	memcpy(&dst, nonce + 24, sizeof(dst));
	teredo_build_echo(ping, &src, &dst, &echo);
	expect_vector(test, "PI-1", ping, sizeof(ping));

	reply = vector(test, "PI-2", &len);
	KUNIT_EXPECT_TRUE(test, teredo_is_echo_reply(reply, len, &echo));
	KUNIT_EXPECT_FALSE(test, teredo_is_echo_reply(reply, len - 1, &echo));
	KUNIT_EXPECT_FALSE(test, teredo_is_echo_reply(ping, len, &echo));
	reply = vector(test, "PI-3", &len);	/* another nonce */
	KUNIT_EXPECT_FALSE(test, teredo_is_echo_reply(reply, len, &echo));
}

/* ICMPv6 checksum (RFC 4443 2.3), also with an odd length. */
static void test_checksum(struct kunit *test)
{
	struct in6_addr addr = {};
	u8 icmp[TEREDO_IP6_HLEN + 9] = {};
	u16 sum;

	teredo_build_ip6(icmp, TEREDO_NEXTHDR_ICMP, 9, &addr, &addr);
	icmp[TEREDO_IP6_HLEN] = TEREDO_ICMP_ECHO_REQUEST;
	icmp[TEREDO_IP6_HLEN + 8] = 0xa5;
	sum = teredo_icmp_csum(icmp, sizeof(icmp));
	icmp[TEREDO_IP6_HLEN + 2] = sum >> 8;
	icmp[TEREDO_IP6_HLEN + 3] = sum;
	KUNIT_EXPECT_EQ(test, teredo_icmp_csum(icmp, sizeof(icmp)), 0);
	icmp[TEREDO_IP6_HLEN + 8] ^= 1;
	KUNIT_EXPECT_NE(test, teredo_icmp_csum(icmp, sizeof(icmp)), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(test_address, address_gen_params),
	KUNIT_CASE(test_global),
	KUNIT_CASE(test_origin),
	KUNIT_CASE(test_parse),
	KUNIT_CASE(test_truncated),
	KUNIT_CASE(test_trailers),
	KUNIT_CASE(test_advertisement),
	KUNIT_CASE(test_echo),
	KUNIT_CASE(test_checksum),
	{}
};

static struct kunit_suite suite = {
	.name = "teredo-wire",
	.test_cases = cases,
};

kunit_test_suite(suite);
