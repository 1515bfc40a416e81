// SPDX-License-Identifier: GPL-2.0
/*
 * Peer table: creation, bound, eviction, ageing and moves of entries, and what a reader
 * under RCU can still access. The device has only the members that the table uses.
 */
#include <kunit/test.h>
#include <linux/netdevice.h>

#include "../attempt.h"
#include "../device.h"
#include "../encap.h"
#include "../peer.h"
#include "../probe.h"
#include "../stats.h"

#define ROOM	4

static const struct teredo_endpoint somewhere = {
	.addr = cpu_to_be32(0xc000020a),
	.port = cpu_to_be16(40000),
};

static int init(struct kunit *test)
{
	struct teredo_dev *td = kunit_kzalloc(test, sizeof(*td), GFP_KERNEL);

	if (!td)
		return -ENOMEM;
	td->cfg.max_peers = ROOM;
	td->stats = netdev_alloc_pcpu_stats(struct teredo_stats);
	td->peers = teredo_peers_create();
	test->priv = td;
	return td->stats && td->peers ? 0 : -ENOMEM;
}

static void finish(struct kunit *test)
{
	struct teredo_dev *td = test->priv;

	if (td && td->peers) {
		teredo_peers_flush(td);
		teredo_peers_put(td->peers);
	}
	if (td)
		free_percpu(td->stats);
}

static struct in6_addr address(u32 n)
{
	struct in6_addr addr = {};

	addr.s6_addr32[0] = cpu_to_be32(0x20010db8);
	addr.s6_addr32[3] = cpu_to_be32(n);
	return addr;
}

static struct teredo_peer *make(struct teredo_dev *td, u32 n, bool local_init)
{
	struct in6_addr addr = address(n);
	struct teredo_peer *peer;

	rcu_read_lock();
	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_make(td, &addr, local_init);
	spin_unlock_bh(&td->peers->lock);
	rcu_read_unlock();
	return peer;
}

static bool known(struct teredo_dev *td, u32 n)
{
	struct in6_addr addr = address(n);
	bool found;

	rcu_read_lock();
	found = teredo_peer_lookup(td->peers, &addr);
	rcu_read_unlock();
	return found;
}

/* Verify a peer, and note packets to and from it now. */
static void use(struct teredo_peer *peer)
{
	teredo_peer_prove(peer, somewhere, htons(TEREDO_PORT));
	peer->rx = jiffies;
	peer->tx = jiffies;
}

static void test_insert(struct kunit *test)
{
	struct teredo_dev *td = test->priv;
	struct teredo_peer *peer = make(td, 1, false);

	KUNIT_ASSERT_NOT_NULL(test, peer);
	KUNIT_EXPECT_TRUE(test, known(td, 1));
	KUNIT_EXPECT_FALSE(test, known(td, 2));
	KUNIT_EXPECT_EQ(test, td->peers->count, 1);
	/* a new peer can be sent a bubble at once, but no data */
	KUNIT_EXPECT_FALSE(test, teredo_peer_usable(peer));
	KUNIT_EXPECT_FALSE(test, teredo_peer_fresh(peer));

	/* the same entry again, which stays locally initiated */
	KUNIT_EXPECT_PTR_EQ(test, make(td, 1, true), peer);
	KUNIT_EXPECT_PTR_EQ(test, make(td, 1, false), peer);
	KUNIT_EXPECT_TRUE(test, peer->local_init);
	KUNIT_EXPECT_EQ(test, td->peers->count, 1);
}

static void test_bound(struct kunit *test)
{
	struct teredo_dev *td = test->priv;
	u64 counters[TEREDO_N_COUNTERS];
	int i;

	for (i = 0; i < 10 * ROOM; i++)
		KUNIT_ASSERT_NOT_NULL(test, make(td, i, false));
	KUNIT_EXPECT_EQ(test, td->peers->count, ROOM);
	for (i = 0; i < 10 * ROOM; i++)
		KUNIT_EXPECT_EQ(test, known(td, i), i >= 9 * ROOM);
	teredo_stats_read(td, counters);
	KUNIT_EXPECT_EQ(test, counters[TEREDO_PEERS_EVICTED], 9 * ROOM);
}

/* Unsolicited peers are evicted before peers in use, independent of their number. */
static void test_stranger(struct kunit *test)
{
	struct teredo_dev *td = test->priv;
	int i;

	for (i = 0; i < ROOM - 1; i++)
		use(make(td, i, true));
	for (i = 0; i < 10 * ROOM; i++)
		make(td, 100 + i, false);
	for (i = 0; i < ROOM - 1; i++)
		KUNIT_EXPECT_TRUE(test, known(td, i));
	KUNIT_EXPECT_EQ(test, td->peers->count, ROOM);
}

/* An unsolicited peer does not evict a peer that outgoing packets wait for. */
static void test_reached(struct kunit *test)
{
	struct teredo_dev *td = test->priv;
	struct teredo_peer *peer = make(td, 0, true);
	struct teredo_probe *probe = teredo_probe_get(td, peer);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, probe);
	KUNIT_EXPECT_FALSE(test, teredo_peer_being_reached(peer));
	probe->next = jiffies + HZ;
	teredo_probe_insert(td->peers, probe);
	KUNIT_EXPECT_TRUE(test, teredo_peer_being_reached(peer));
	for (i = 0; i < 10 * ROOM; i++)
		make(td, 100 + i, false);
	KUNIT_EXPECT_TRUE(test, known(td, 0));
	KUNIT_EXPECT_NOT_NULL(test, make(td, 200, true));
}

static void test_full(struct kunit *test)
{
	struct teredo_dev *td = test->priv;
	int i;

	for (i = 0; i < ROOM; i++)
		use(make(td, i, i > 0));
	KUNIT_EXPECT_NULL(test, make(td, 100, false));
	/* A locally initiated peer evicts the one unsolicited peer in use, but no other
	 * peer in use.
	 */
	KUNIT_EXPECT_NOT_NULL(test, make(td, 101, true));
	KUNIT_EXPECT_FALSE(test, known(td, 0));
	use(make(td, 101, true));
	KUNIT_EXPECT_NULL(test, make(td, 102, true));
	KUNIT_EXPECT_EQ(test, td->peers->count, ROOM);
}

/* An entry is removed after 600 s. This is longer than the 300 s back-off of failed
 * peers. Old times are clamped.
 */
static void test_expiry(struct kunit *test)
{
	struct teredo_dev *td = test->priv;
	unsigned long old = jiffies - 601 * HZ;
	struct teredo_peer *idle = make(td, 1, true);
	struct teredo_peer *sent = make(td, 2, true);
	struct teredo_peer *heard = make(td, 3, true);
	struct teredo_peer *rests = make(td, 4, true);

	idle->rx = old;
	idle->tx = old;
	sent->rx = old;
	sent->tx = jiffies;
	heard->rx = jiffies;
	heard->tx = old;
	rests->rx = jiffies - 590 * HZ;
	rests->tx = old;
	teredo_peers_age(td);
	KUNIT_EXPECT_FALSE(test, known(td, 1));
	KUNIT_ASSERT_TRUE(test, known(td, 2));
	KUNIT_ASSERT_TRUE(test, known(td, 3));
	KUNIT_EXPECT_TRUE(test, known(td, 4));
	KUNIT_EXPECT_FALSE(test, time_before(sent->rx, jiffies - HZ -
					     TEREDO_PEER_IDLE));
	KUNIT_EXPECT_FALSE(test, time_before(heard->tx, jiffies - HZ -
					     TEREDO_PEER_IDLE));
}

/* A lowered bound takes effect when the table is swept. */
static void test_shrink(struct kunit *test)
{
	struct teredo_dev *td = test->priv;
	int i;

	for (i = 0; i < ROOM; i++)
		make(td, i, true);
	use(make(td, 0, true));
	td->cfg.max_peers = 1;
	teredo_peers_age(td);
	KUNIT_EXPECT_EQ(test, td->peers->count, 1);
	KUNIT_EXPECT_TRUE(test, known(td, 0));
}

/* An entry stays readable under RCU while it is replaced and removed. KASAN detects a
 * use after free.
 */
static void test_rcu(struct kunit *test)
{
	struct teredo_endpoint elsewhere = { .addr = somewhere.addr };
	struct teredo_dev *td = test->priv;
	struct teredo_peer *old = make(td, 1, true), *new;
	struct in6_addr addr = address(1);

	use(old);
	rcu_read_lock();
	spin_lock_bh(&td->peers->lock);
	new = teredo_peer_move(td->peers, old, elsewhere, htons(40000));
	spin_unlock_bh(&td->peers->lock);
	KUNIT_EXPECT_PTR_EQ(test, teredo_peer_lookup(td->peers, &addr), new);
	KUNIT_EXPECT_TRUE(test, teredo_peer_at(old, somewhere,
					       htons(TEREDO_PORT)));
	KUNIT_EXPECT_TRUE(test, teredo_peer_at(new, elsewhere, htons(40000)));
	KUNIT_EXPECT_TRUE(test, teredo_peer_usable(new) && new->local_init);
	KUNIT_EXPECT_EQ(test, td->peers->count, 1);

	spin_lock_bh(&td->peers->lock);
	teredo_peer_remove(td, new);
	spin_unlock_bh(&td->peers->lock);
	KUNIT_EXPECT_NULL(test, teredo_peer_lookup(td->peers, &addr));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&new->addr, &addr));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, td->peers->count, 0);
}

/* A dump keeps the table after the device has dropped its reference. */
static void test_reference(struct kunit *test)
{
	struct teredo_dev *td = test->priv;

	teredo_peers_get(td->peers);
	make(td, 1, true);
	teredo_peers_flush(td);
	teredo_peers_put(td->peers);
	KUNIT_EXPECT_FALSE(test, known(td, 1));
	KUNIT_EXPECT_EQ(test, td->peers->count, 0);
}

/* A peer gets one route cache, and none if the table has too many entries. */
static void test_cache(struct kunit *test)
{
	struct teredo_dev *td = test->priv;
	struct teredo_peer *peer = make(td, 1, true);
	struct dst_cache_pcpu __percpu *cache;

	td->peers->count += TEREDO_CACHED_PEERS;
	teredo_peer_cache(td->peers, peer);
	KUNIT_EXPECT_FALSE(test, peer->dst.cache);
	td->peers->count -= TEREDO_CACHED_PEERS;
	teredo_peer_cache(td->peers, peer);
	cache = peer->dst.cache;
	KUNIT_EXPECT_TRUE(test, cache);
	teredo_peer_cache(td->peers, peer);
	KUNIT_EXPECT_TRUE(test, peer->dst.cache == cache);
}

/* Check for silence as if the last test had not been answered for @ticks. */
static bool silent_for(struct teredo_peer *peer, unsigned long ticks)
{
	peer->wait = jiffies - ticks;
	peer->rx = peer->wait - 1;
	peer->tested = peer->rx;
	return teredo_peer_silent(peer);
}

/* Each test without an answer doubles the time until a peer counts as silent. */
static void test_silence(struct kunit *test)
{
	struct teredo_peer peer = { .rx = jiffies - HZ };

	KUNIT_EXPECT_FALSE(test, teredo_peer_silent(&peer));
	KUNIT_EXPECT_FALSE(test, silent_for(&peer, TEREDO_PEER_SILENCE / 2));
	KUNIT_EXPECT_TRUE(test, silent_for(&peer, TEREDO_PEER_SILENCE * 3 / 2));
	peer.silences = 1;
	KUNIT_EXPECT_FALSE(test, silent_for(&peer, TEREDO_PEER_SILENCE * 3 / 2));
	KUNIT_EXPECT_TRUE(test, silent_for(&peer, TEREDO_PEER_SILENCE * 3));
	/* a packet that is not the answer to a test */
	peer.rx = jiffies;
	KUNIT_EXPECT_FALSE(test, teredo_peer_silent(&peer));
	KUNIT_EXPECT_EQ(test, peer.silences, 0);
}

static int moves(struct teredo_peer *peer, u8 tries)
{
	int n = 0;

	while (tries--)
		n += teredo_peer_may_move(peer);
	return n;
}

/* A usable peer can move TEREDO_PEER_MOVES times per second. A new second can begin
 * during the test.
 */
static void test_moves(struct kunit *test)
{
	struct teredo_peer peer = { .trusted = true, .rx = jiffies };
	int n = moves(&peer, 100);

	KUNIT_EXPECT_GE(test, n, TEREDO_PEER_MOVES);
	KUNIT_EXPECT_LE(test, n, 2 * TEREDO_PEER_MOVES);
	peer.moved--;
	KUNIT_EXPECT_TRUE(test, teredo_peer_may_move(&peer));
	peer.rx = jiffies - TEREDO_PEER_FRESH;
	KUNIT_EXPECT_EQ(test, moves(&peer, 10), 10);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_insert),
	KUNIT_CASE(test_bound),
	KUNIT_CASE(test_stranger),
	KUNIT_CASE(test_reached),
	KUNIT_CASE(test_full),
	KUNIT_CASE(test_expiry),
	KUNIT_CASE(test_shrink),
	KUNIT_CASE(test_rcu),
	KUNIT_CASE(test_reference),
	KUNIT_CASE(test_cache),
	KUNIT_CASE(test_silence),
	KUNIT_CASE(test_moves),
	{}
};

static struct kunit_suite suite = {
	.name = "teredo-peer",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
