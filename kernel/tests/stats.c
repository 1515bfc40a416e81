// SPDX-License-Identifier: GPL-2.0
/* Named counters: names, sums, and drops. */
#include <kunit/test.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "../device.h"
#include "../stats.h"

/* Each counter has a unique name that begins with its direction, or with peers_. */
static void test_names(struct kunit *test)
{
	const char *name;
	int i, j;

	for (i = 0; i < TEREDO_N_COUNTERS; i++) {
		name = teredo_counter_names[i];
		KUNIT_ASSERT_NOT_NULL_MSG(test, name, "counter %d", i);
		KUNIT_EXPECT_TRUE_MSG(test, !strncmp(name, "tx_", 3) ||
				      !strncmp(name, "rx_", 3) ||
				      !strncmp(name, "peers_", 6), "%s", name);
		/* fits an ethtool string */
		KUNIT_EXPECT_LT(test, strlen(name), ETH_GSTRING_LEN);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, name,
					    teredo_counter_names[j]);
	}
}

static void free_stats(void *stats)
{
	free_percpu((void __percpu *)(unsigned long)stats);
}

static struct teredo_dev *counting_device(struct kunit *test)
{
	struct teredo_dev *td = kunit_kzalloc(test, sizeof(*td), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, td);
	td->stats = netdev_alloc_pcpu_stats(struct teredo_stats);
	KUNIT_ASSERT_TRUE(test, td->stats);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_stats,
							(void *)(unsigned long)td->stats), 0);
	td->dev = kunit_kzalloc(test, sizeof(*td->dev), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, td->dev);
	return td;
}

static void test_count(struct kunit *test)
{
	struct teredo_dev *td = counting_device(test);
	u64 *values = kunit_kcalloc(test, TEREDO_N_COUNTERS, sizeof(*values),
				    GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, values);
	teredo_count(td, TEREDO_TX_BUBBLES);
	teredo_count_n(td, TEREDO_TX_BUBBLES, 4);
	teredo_count_n(td, TEREDO_PEERS_EVICTED, UINT_MAX);
	teredo_count_n(td, TEREDO_PEERS_EVICTED, UINT_MAX);
	teredo_stats_read(td, values);
	KUNIT_EXPECT_EQ(test, values[TEREDO_TX_BUBBLES], 5);
	KUNIT_EXPECT_EQ(test, values[TEREDO_PEERS_EVICTED], 2ULL * UINT_MAX);
	for (i = 0; i < TEREDO_N_COUNTERS; i++)
		if (i != TEREDO_TX_BUBBLES && i != TEREDO_PEERS_EVICTED)
			KUNIT_EXPECT_EQ(test, values[i], 0);
}

/* A dropped packet also counts in the network device, in its direction. */
static void test_drop(struct kunit *test)
{
	struct teredo_dev *td = counting_device(test);
	struct sk_buff *skb;
	int i;

	for (i = 0; i < 3; i++) {
		skb = alloc_skb(64, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		teredo_drop(td, skb, i ? TEREDO_RX_DROP_SOURCE :
					 TEREDO_TX_DROP_SOURCE);
	}
	KUNIT_EXPECT_EQ(test, DEV_STATS_READ(td->dev, tx_dropped), 1);
	KUNIT_EXPECT_EQ(test, DEV_STATS_READ(td->dev, rx_dropped), 2);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_names),
	KUNIT_CASE(test_count),
	KUNIT_CASE(test_drop),
	{}
};

static struct kunit_suite suite = {
	.name = "teredo-stats",
	.test_cases = cases,
};

kunit_test_suite(suite);
