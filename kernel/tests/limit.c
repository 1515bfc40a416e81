// SPDX-License-Identifier: GPL-2.0
/* The limits per destination: what is allowed, when, and to whom. */
#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/jiffies.h>
#include <linux/mm.h>

#include "../limit.h"

#define RATE	8

static int init(struct kunit *test)
{
	test->priv = teredo_limit_create();
	return test->priv ? 0 : -ENOMEM;
}

static void finish(struct kunit *test)
{
	kvfree(test->priv);
}

/* as if that many ticks had passed since each bucket was last looked at */
static void pass(struct teredo_limit *limit, u32 ticks)
{
	int i;

	for (i = 0; i < TEREDO_LIMIT_BUCKETS; i++)
		atomic64_sub((u64)ticks << 32, &limit->bucket[i]);
}

/* how many are allowed in a row */
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
	pass(limit, HZ / 4 + 2);	/* HZ may not be divisible */
	KUNIT_EXPECT_EQ(test, burst(limit, addr, RATE), RATE / 4);
	/* a second's worth can be saved up, whether a minute passes or a year
	 * so long that the counter has wrapped
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

/* the largest rate does not overflow what a bucket can hold */
static void test_max(struct kunit *test)
{
	struct teredo_limit *limit = test->priv;
	__be32 addr = in_aton("192.0.2.1");

	KUNIT_EXPECT_LT(test, (u64)TEREDO_LIMIT_RATE_MAX * HZ, BIT_ULL(32));
	pass(limit, 60 * HZ);
	KUNIT_EXPECT_EQ(test, burst(limit, addr, TEREDO_LIMIT_RATE_MAX),
			4 * RATE);
	/* a smaller one after that is kept to at once */
	KUNIT_EXPECT_EQ(test, burst(limit, addr, RATE), RATE);
}

/* One who has used up his has not used up others'. Of 256 addresses hardly
 * one shares the bucket.
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

static struct kunit_case cases[] = {
	KUNIT_CASE(test_burst),
	KUNIT_CASE(test_refill),
	KUNIT_CASE(test_none),
	KUNIT_CASE(test_max),
	KUNIT_CASE(test_apart),
	{}
};

static struct kunit_suite suite = {
	.name = "teredo-limit",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
