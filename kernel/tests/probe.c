// SPDX-License-Identifier: GPL-2.0
/* Attempts to reach peers: order of their next steps. */
#include <kunit/test.h>
#include <linux/mm.h>

#include "../attempt.h"
#include "../peer.h"
#include "../probe.h"

/* number of peers in the full table of a relay */
#define MANY	TEREDO_MAX_PEERS_RELAY

static int init(struct kunit *test)
{
	test->priv = teredo_peers_create();
	return test->priv ? 0 : -ENOMEM;
}

static void finish(struct kunit *test)
{
	teredo_peers_put(test->priv);
}

static struct teredo_probe *insert(struct teredo_peers *peers,
				   struct teredo_probe *probe,
				   unsigned long next)
{
	probe->next = next;
	RB_CLEAR_NODE(&probe->pending);
	teredo_probe_insert(peers, probe);
	return probe;
}

static struct teredo_probe *first(const struct teredo_peers *peers)
{
	return rb_entry_safe(rb_first_cached(&peers->pending),
			     struct teredo_probe, pending);
}

static void test_order(struct kunit *test)
{
	/* the times wrap around */
	static const unsigned long due[] = { 2, -3, 7, -1, 2, 0 };
	static const int order[] = { 1, 3, 5, 0, 4, 2 };
	struct teredo_probe *probes = kunit_kcalloc(test, ARRAY_SIZE(due),
						    sizeof(*probes),
						    GFP_KERNEL);
	struct teredo_peers *peers = test->priv;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, probes);
	for (i = 0; i < ARRAY_SIZE(due); i++)
		insert(peers, &probes[i], due[i]);
	for (i = 0; i < ARRAY_SIZE(due); i++) {
		KUNIT_EXPECT_PTR_EQ(test, first(peers), &probes[order[i]]);
		teredo_probe_disarm(peers, &probes[order[i]]);
		/* disarming again has no effect */
		teredo_probe_disarm(peers, &probes[order[i]]);
	}
	KUNIT_EXPECT_NULL(test, first(peers));
}

/* A full table of attempts, each due before those inserted earlier. */
static void test_many(struct kunit *test)
{
	struct teredo_probe *probes = kvcalloc(MANY, sizeof(*probes),
					       GFP_KERNEL);
	struct teredo_peers *peers = test->priv;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, probes);
	for (i = 0; i < MANY; i++)
		insert(peers, &probes[i], MANY - i);
	for (i = MANY - 1; i >= 0; i--) {
		if (first(peers) != &probes[i])
			break;
		teredo_probe_disarm(peers, &probes[i]);
	}
	KUNIT_EXPECT_EQ(test, i, -1);
	kvfree(probes);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_order),
	KUNIT_CASE(test_many),
	{}
};

static struct kunit_suite suite = {
	.name = "teredo-probe",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
