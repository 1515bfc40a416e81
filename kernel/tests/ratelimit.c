// SPDX-License-Identifier: GPL-2.0
/*
 * Rate limits per destination: number of allowed datagrams, refill, and shares of
 * sources.
 */
#include <kunit/test.h>
#include <linux/in6.h>
#include <linux/inet.h>
#include <linux/jiffies.h>
#include <linux/mm.h>

#include "../ratelimit.h"

#define RATE	8
/* a multiple of 4 and of TEREDO_LIMIT_SHARE, so that all parts are even */
#define FAIR	64

static int init(struct kunit *test)
{
	test->priv = teredo_limit_create(TEREDO_LIMIT_BUCKETS,
					 TEREDO_LIMIT_BUCKETS);
	return test->priv ? 0 : -ENOMEM;
}

static void finish(struct kunit *test)
{
	kvfree(test->priv);
}

/* Act as if @ticks had passed since the last refill of each bucket. */
static void pass(struct teredo_limit *limit, u32 ticks)
{
	u32 i;

	for (i = 0; i < limit->n_rates + limit->n_shares; i++)
		atomic64_sub((u64)ticks << 32, &limit->bucket[i]);
}

/* Return: number of datagrams allowed in a row. */
static int burst(struct teredo_limit *limit, __be32 addr, u32 rate)
{
	int n = 0;

	while (n < 4 * RATE && teredo_limit_allow(limit, addr, rate))
		n++;
	return n;
}

static void test_burst(struct kunit *test)
{
	struct teredo_limit *limit = test->priv;

	KUNIT_EXPECT_EQ(test, burst(limit, in_aton("192.0.2.1"), RATE), RATE);
	KUNIT_EXPECT_EQ(test, burst(limit, in_aton("192.0.2.1"), RATE), 0);
}

static void test_refill(struct kunit *test)
{
	struct teredo_limit *limit = test->priv;
	__be32 addr = in_aton("192.0.2.1");

	burst(limit, addr, RATE);
	pass(limit, HZ / 4 + 2);	/* HZ may not be divisible by 4 */
	KUNIT_EXPECT_EQ(test, burst(limit, addr, RATE), RATE / 4);
	/* A bucket saves up one second of its rate, after a minute as well as after the
	 * counter has wrapped.
	 */
	pass(limit, 60 * HZ);
	KUNIT_EXPECT_EQ(test, burst(limit, addr, RATE), RATE);
	pass(limit, U32_MAX - HZ);
	KUNIT_EXPECT_EQ(test, burst(limit, addr, RATE), RATE);
}

static void test_none(struct kunit *test)
{
	struct teredo_limit *limit = test->priv;

	KUNIT_EXPECT_EQ(test, burst(limit, in_aton("192.0.2.1"), 0), 4 * RATE);
}

/* The largest rate does not overflow a bucket. */
static void test_max(struct kunit *test)
{
	struct teredo_limit *limit = test->priv;
	__be32 addr = in_aton("192.0.2.1");

	KUNIT_EXPECT_LT(test, (u64)TEREDO_LIMIT_RATE_MAX * HZ, BIT_ULL(32));
	pass(limit, 60 * HZ);
	KUNIT_EXPECT_EQ(test, burst(limit, addr, TEREDO_LIMIT_RATE_MAX),
			4 * RATE);
	/* a lower rate takes effect at once */
	KUNIT_EXPECT_EQ(test, burst(limit, addr, RATE), RATE);
}

/* An address over its rate does not affect others. Hardly one of 256 addresses shares
 * its bucket.
 */
static void test_apart(struct kunit *test)
{
	struct teredo_limit *limit = test->priv;
	u32 i, base = be32_to_cpu(in_aton("198.51.100.0"));
	int refused = 0;

	burst(limit, in_aton("192.0.2.1"), RATE);
	for (i = 0; i < 256; i++)
		refused += !teredo_limit_allow(limit, cpu_to_be32(base + i),
					       RATE);
	KUNIT_EXPECT_LT(test, refused, 4);
}

/* Return: number of datagrams of an IPv4 source allowed in a row, and in @verdict the
 * reason of the first refusal.
 */
static int fair(struct teredo_limit *limit, const char *from,
		enum teredo_limit_verdict *verdict)
{
	int n;

	for (n = 0; n < 2 * FAIR; n++) {
		*verdict = teredo_limit_fair(limit, in_aton(from),
					     in_aton("192.0.2.1"), FAIR);
		if (*verdict != TEREDO_LIMIT_PASS)
			break;
	}
	return n;
}

/* A source over its share leaves half of the rate to others, which get their shares of
 * that.
 */
static void test_share(struct kunit *test)
{
	struct teredo_limit *limit = test->priv;
	enum teredo_limit_verdict verdict;
	u32 i;

	KUNIT_EXPECT_EQ(test, fair(limit, "198.51.100.1", &verdict), FAIR / 2);
	KUNIT_EXPECT_EQ(test, verdict, TEREDO_LIMIT_OVER_SHARE);
	KUNIT_EXPECT_EQ(test, fair(limit, "198.51.100.2", &verdict),
			FAIR / TEREDO_LIMIT_SHARE);
	KUNIT_EXPECT_EQ(test, verdict, TEREDO_LIMIT_OVER_SHARE);
	/* many sources together use up the rate of the destination */
	for (i = 0; i < FAIR; i++)
		verdict = teredo_limit_fair(limit, htonl(0x0c000001 + i),
					    in_aton("192.0.2.1"), FAIR);
	KUNIT_EXPECT_EQ(test, verdict, TEREDO_LIMIT_RATE_USED);
	pass(limit, 60 * HZ);
	KUNIT_EXPECT_EQ(test, fair(limit, "198.51.100.2", &verdict), FAIR / 2);
}

/* A source over its share at one destination has its full share at another. */
static void test_share_apart(struct kunit *test)
{
	struct teredo_limit *limit = test->priv;
	enum teredo_limit_verdict verdict;

	fair(limit, "198.51.100.1", &verdict);
	verdict = teredo_limit_fair(limit, in_aton("198.51.100.1"),
				    in_aton("192.0.2.2"), FAIR);
	KUNIT_EXPECT_EQ(test, verdict, TEREDO_LIMIT_PASS);
}

/* Return: number of datagrams of a native source allowed in a row. */
static int native(struct teredo_limit *limit, u32 site, u32 net, bool repeat)
{
	struct in6_addr from = { .s6_addr32 = {
		htonl(0x20010db8), htonl(site << 16 | net),
	} };
	int n = 0;

	while (n < 2 * FAIR &&
	       teredo_limit_native(limit, &from, in_aton("192.0.2.1"), FAIR,
				   repeat) == TEREDO_LIMIT_PASS) {
		n++;
		/* all addresses of a /64 are one source */
		from.s6_addr32[3] = htonl(n);
	}
	return n;
}

static void test_native(struct kunit *test)
{
	struct teredo_limit *limit = test->priv;
	int i, n = 0;

	KUNIT_EXPECT_EQ(test, native(limit, 1, 1, false), FAIR / 2);
	/* the other networks of the site get the rest of the site's share */
	for (i = 2; i < 6; i++)
		n += native(limit, 1, i, false);
	KUNIT_EXPECT_EQ(test, n, FAIR / TEREDO_LIMIT_SITE_SHARE -
				 FAIR / TEREDO_LIMIT_SHARE);
	KUNIT_EXPECT_EQ(test, native(limit, 2, 1, false),
			FAIR / TEREDO_LIMIT_SHARE);
}

/* A repeat needs more remaining credit than a first try of the same source, within its
 * share and beyond.
 */
static void test_repeat(struct kunit *test)
{
	struct teredo_limit *limit = test->priv;

	KUNIT_EXPECT_EQ(test, native(limit, 1, 1, true), FAIR / 4);
	KUNIT_EXPECT_EQ(test, native(limit, 1, 1, false), FAIR / 4);
	/* repeats left its share unused, now it is used up */
	KUNIT_EXPECT_EQ(test, native(limit, 1, 1, false), 0);
	/* repeats within a share have priority over first tries beyond a share */
	KUNIT_EXPECT_EQ(test, native(limit, 2, 1, true),
			FAIR / TEREDO_LIMIT_SHARE / 2);
}

/* A limiter with one bucket has one rate for all destinations. */
static void test_whole(struct kunit *test)
{
	struct teredo_limit *limit = teredo_limit_create(1, 0);

	KUNIT_ASSERT_NOT_NULL(test, limit);
	KUNIT_EXPECT_EQ(test, burst(limit, in_aton("192.0.2.1"), RATE), RATE);
	KUNIT_EXPECT_EQ(test, burst(limit, in_aton("192.0.2.2"), RATE), 0);
	kvfree(limit);
}

/* Each limiter has its own hash keys. Otherwise a sender could learn from one device
 * which addresses share a bucket on another.
 */
static void test_seed(struct kunit *test)
{
	struct teredo_limit *limit = test->priv, *other;
	static const siphash_key_t none;

	other = teredo_limit_create(1, 1);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_NE(test, limit->seed, other->seed);
	KUNIT_EXPECT_MEMNEQ(test, &limit->key, &other->key, sizeof(other->key));
	KUNIT_EXPECT_MEMNEQ(test, &limit->key, &none, sizeof(limit->key));
	kvfree(other);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_burst),
	KUNIT_CASE(test_refill),
	KUNIT_CASE(test_none),
	KUNIT_CASE(test_max),
	KUNIT_CASE(test_apart),
	KUNIT_CASE(test_share),
	KUNIT_CASE(test_share_apart),
	KUNIT_CASE(test_native),
	KUNIT_CASE(test_repeat),
	KUNIT_CASE(test_whole),
	KUNIT_CASE(test_seed),
	{}
};

static struct kunit_suite suite = {
	.name = "teredo-ratelimit",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
