// SPDX-License-Identifier: GPL-2.0
/*
 * Peer table (RFC 4380 5.2): lookup, creation, moves, eviction and ageing of entries.
 *
 * Readers hold RCU and nothing else: the key and, once an entry is trusted, its
 * endpoint never change. A full table makes room by second chance: of the next 16 entries
 * in the order of @age, the first that is not in use is evicted. So peers in use stay,
 * however many unsolicited peers come.
 */
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <net/ipv6.h>

#include "attempt.h"
#include "device.h"
#include "peer.h"
#include "queue.h"
#include "random-port.h"
#include "stats.h"
#include "trace.h"

/* Entries to examine when room for one is needed. This bounds the time under the lock.
 * Room is found unless 16 entries in a row are in use.
 */
#define TEREDO_EVICT_LOOK	16

/* Cost of the entries handled under one hold of the lock, see cost(). */
#define TEREDO_SWEEP		64
/* An idle scan covers the whole table in eight rounds of ten seconds. */
#define TEREDO_AGE_ROUNDS	8

/* Inlined, unlike the memcmp() that rhashtable would use. */
static int differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct teredo_peer *peer = obj;

	return !ipv6_addr_equal(&peer->addr, arg->key);
}

static const struct rhashtable_params params = {
	.key_len = sizeof_field(struct teredo_peer, addr),
	.key_offset = offsetof(struct teredo_peer, addr),
	.head_offset = offsetof(struct teredo_peer, node),
	.obj_cmpfn = differs,
	.automatic_shrinking = true,
};

/**
 * teredo_peers_create() - create an empty peer table
 *
 * Context: process.
 * Return: the table with one reference, or NULL.
 */
struct teredo_peers *teredo_peers_create(void)
{
	struct teredo_peers *peers;

	peers = kzalloc_obj(*peers, GFP_KERNEL);
	if (!peers)
		return NULL;
	if (rhashtable_init(&peers->ht, &params)) {
		kfree(peers);
		return NULL;
	}
	spin_lock_init(&peers->lock);
	INIT_LIST_HEAD(&peers->age);
	peers->pending = RB_ROOT_CACHED;
	teredo_waiting_init(&peers->deferred);
	peers->seed = get_random_u32();
	kref_init(&peers->ref);
	return peers;
}

/**
 * teredo_peers_get() - take a reference to a table, so that a dump can outlive the device
 * @peers: table
 *
 * Context: any.
 */
void teredo_peers_get(struct teredo_peers *peers)
{
	kref_get(&peers->ref);
}

static void release(struct kref *ref)
{
	struct teredo_peers *peers = container_of(ref, struct teredo_peers,
						  ref);

	WARN_ON_ONCE(peers->count);
	rhashtable_destroy(&peers->ht);
	kfree(peers);
}

/**
 * teredo_peers_put() - drop a reference to a table, and free it with the last one
 * @peers: table; has no entries when the last reference is dropped
 *
 * Context: process.
 */
void teredo_peers_put(struct teredo_peers *peers)
{
	kref_put(&peers->ref, release);
}

/**
 * teredo_peer_lookup() - find the entry of a peer
 * @peers: table
 * @addr: IPv6 address
 *
 * Context: RCU.
 * Return: the entry or NULL.
 */
struct teredo_peer *teredo_peer_lookup(struct teredo_peers *peers,
				       const struct in6_addr *addr)
{
	return rhashtable_lookup(&peers->ht, addr, params);
}

static void free_rcu_cb(struct rcu_head *head)
{
	struct teredo_peer *peer = container_of(head, struct teredo_peer, rcu);

	dst_cache_destroy(&peer->dst);
	kfree(peer);
}

/**
 * teredo_peer_remove() - remove a peer, its attempt and its queued packets
 * @td: device
 * @peer: entry
 *
 * Context: peers->lock held.
 */
void teredo_peer_remove(struct teredo_dev *td, struct teredo_peer *peer)
{
	struct teredo_peers *peers = td->peers;

	lockdep_assert_held(&peers->lock);
	trace_teredo_peer(td, peer, "forgotten");
	teredo_probe_free(td, peer);
	teredo_port_release(td, peer);
	rhashtable_remove_fast(&peers->ht, &peer->node, params);
	list_del(&peer->age);
	WRITE_ONCE(peers->count, peers->count - 1);
	call_rcu(&peer->rcu, free_rcu_cb);
}

/* Check whether packets went to and came from a peer within the last 30 s. */
static bool in_use(const struct teredo_peer *peer)
{
	return teredo_peer_usable(peer) &&
	       time_before(jiffies, READ_ONCE(peer->tx) + TEREDO_PEER_FRESH);
}

static void evict(struct teredo_dev *td, struct teredo_peer *peer)
{
	teredo_peer_remove(td, peer);
	teredo_count(td, TEREDO_PEERS_EVICTED);
}

/**
 * teredo_peer_being_reached() - check whether an attempt for an outgoing packet is under way
 * @peer: entry
 *
 * Context: peers->lock held.
 * Return: true if packets of this host wait for the peer's answer.
 */
bool teredo_peer_being_reached(const struct teredo_peer *peer)
{
	return peer->local_init && peer->probe &&
	       teredo_probe_pending(peer->probe);
}

/* Make room for one entry. An unsolicited peer never evicts a peer that is in use or
 * being reached. A locally initiated peer can also evict an unsolicited peer in use.
 * Otherwise an attacker could fill the table with unsolicited peers in use, by pings
 * from many addresses, and block outgoing packets.
 */
static bool make_room(struct teredo_dev *td, bool local_init)
{
	struct teredo_peer *peer, *unsolicited = NULL;
	struct teredo_peers *peers = td->peers;
	int i;

	if (peers->count < READ_ONCE(td->cfg.max_peers))
		return true;

	for (i = 0; i < TEREDO_EVICT_LOOK; i++) {
		peer = list_first_entry(&peers->age, struct teredo_peer, age);
		if (!in_use(peer) &&
		    (local_init || !teredo_peer_being_reached(peer))) {
			evict(td, peer);
			return true;
		}
		if (!peer->local_init)
			unsolicited = peer;
		list_move_tail(&peer->age, &peers->age);
	}
	if (!local_init || !unsolicited)
		return false;
	evict(td, unsolicited);
	return true;
}

static struct teredo_peer *alloc_peer(const struct in6_addr *addr)
{
	struct teredo_peer *peer;

	peer = kzalloc_obj(*peer, GFP_ATOMIC | __GFP_NOWARN);
	if (!peer)
		return NULL;
	peer->addr = *addr;
	/* As if the last packet was long ago, so that a bubble can be sent at once (RFC
	 * 4380 5.2.6).
	 */
	peer->rx = jiffies - TEREDO_PEER_FRESH;
	peer->tx = peer->rx;
	peer->wait = peer->rx;
	peer->tested = peer->rx;
	peer->gso_last = jiffies - TEREDO_PEER_COALESCED;
	return peer;
}

/**
 * teredo_peer_make() - find the entry of a peer, or create it
 * @td: device
 * @addr: IPv6 address
 * @local_init: an outgoing packet needs the entry
 *
 * Context: peers->lock held, RCU.
 * Return: the entry; NULL if there is no room or no memory.
 */
struct teredo_peer *teredo_peer_make(struct teredo_dev *td,
				     const struct in6_addr *addr,
				     bool local_init)
{
	struct teredo_peers *peers = td->peers;
	struct teredo_peer *peer;

	lockdep_assert_held(&peers->lock);
	peer = teredo_peer_lookup(peers, addr);
	if (peer) {
		peer->local_init |= local_init;
		return peer;
	}
	if (!make_room(td, local_init))
		return NULL;
	peer = alloc_peer(addr);
	if (!peer)
		return NULL;
	peer->local_init = local_init;
	if (rhashtable_insert_fast(&peers->ht, &peer->node,
				   params)) {
		kfree(peer);
		return NULL;
	}
	list_add_tail(&peer->age, &peers->age);
	WRITE_ONCE(peers->count, peers->count + 1);
	return peer;
}

/**
 * teredo_probe_get() - get the attempt to reach a peer, or create it
 * @td: device
 * @peer: entry, or NULL for none
 *
 * If there is no memory, an entry that is not trusted is removed, since no step can
 * verify it.
 *
 * Context: peers->lock held.
 * Return: the attempt, or NULL.
 */
struct teredo_probe *teredo_probe_get(struct teredo_dev *td,
				      struct teredo_peer *peer)
{
	struct teredo_probe *probe;

	if (!peer || peer->probe)
		return peer ? peer->probe : NULL;
	probe = kzalloc_obj(*probe, GFP_ATOMIC | __GFP_NOWARN);
	if (!probe) {
		if (!peer->trusted)
			teredo_peer_remove(td, peer);
		return NULL;
	}
	probe->peer = peer;
	probe->told_at = jiffies;
	RB_CLEAR_NODE(&probe->pending);
	__skb_queue_head_init(&probe->out);
	__skb_queue_head_init(&probe->in);
	WRITE_ONCE(peer->probe, probe);
	return probe;
}

/**
 * teredo_peer_prove() - mark a peer as trusted at an endpoint
 * @peer: entry that is not trusted yet
 * @ep: verified endpoint
 * @sport: local port that received the proof, network byte order
 *
 * Context: peers->lock held, unless @peer is not in the table yet.
 */
void teredo_peer_prove(struct teredo_peer *peer, struct teredo_endpoint ep,
		       __be16 sport)
{
	peer->ep = ep;
	peer->sport = sport;
	/* pairs with teredo_peer_trusted(): @ep must be written before @trusted */
	smp_store_release(&peer->trusted, true);
}

/**
 * teredo_peer_may_move() - check whether a peer may move, and count the move
 * @peer: trusted entry
 *
 * A peer that is not usable at its old endpoint may always move.
 *
 * Context: peers->lock held.
 * Return: false if the peer is usable and has moved %TEREDO_PEER_MOVES times in this
 * second.
 */
bool teredo_peer_may_move(struct teredo_peer *peer)
{
	u8 second = jiffies / HZ;

	if (peer->moved != second) {
		peer->moved = second;
		peer->moves = 0;
	}
	if (teredo_peer_usable(peer) && peer->moves >= TEREDO_PEER_MOVES)
		return false;
	peer->moves++;
	return true;
}

/**
 * teredo_peer_move() - replace the entry of a trusted peer by one with another endpoint
 * @peers: table
 * @peer: old entry, freed after a grace period if this succeeds
 * @ep: new endpoint
 * @sport: local port that received the proof, network byte order
 *
 * The old endpoint stays valid as secondary endpoint: a peer with a random port can use
 * both for some time.
 *
 * Context: peers->lock held.
 * Return: the new entry, trusted; NULL if there is no memory for it, @peer is unchanged
 * then.
 */
struct teredo_peer *teredo_peer_move(struct teredo_peers *peers,
				     struct teredo_peer *peer,
				     struct teredo_endpoint ep, __be16 sport)
{
	struct teredo_peer *new;

	lockdep_assert_held(&peers->lock);
	new = alloc_peer(&peer->addr);
	if (!new)
		return NULL;
	teredo_peer_prove(new, ep, sport);
	new->local_init = peer->local_init;
	new->rx = READ_ONCE(peer->rx);
	new->tx = READ_ONCE(peer->tx);
	new->wait = READ_ONCE(peer->wait);
	new->nonce_sent = peer->nonce_sent;
	new->nonce_received = peer->nonce_received;
	new->extended = peer->extended;
	new->lan = peer->lan;
	new->lan_heard = peer->lan_heard;
	new->moved = peer->moved;
	new->moves = peer->moves;
	new->bursts = peer->bursts;
	new->symmetric = peer->symmetric;
	new->alt = peer->ep;
	new->alt_sport = peer->sport;
	new->remote_random_port = peer->remote_random_port;
	if (rhashtable_replace_fast(&peers->ht, &peer->node, &new->node,
				    params)) {
		dst_cache_destroy(&new->dst);
		kfree(new);
		return NULL;
	}
	list_replace(&peer->age, &new->age);
	teredo_probe_hand_over(peer, new);
	teredo_port_hand_over(peer, new);
	call_rcu(&peer->rcu, free_rcu_cb);
	return new;
}

static bool idle(const struct teredo_peer *peer)
{
	return !teredo_port_kept(peer) &&
	       time_after(jiffies, READ_ONCE(peer->rx) + TEREDO_PEER_IDLE) &&
	       time_after(jiffies, READ_ONCE(peer->tx) + TEREDO_PEER_IDLE);
}

static void clamp_time(unsigned long *stamp)
{
	unsigned long oldest = jiffies - TEREDO_PEER_IDLE;

	if (time_before(READ_ONCE(*stamp), oldest))
		WRITE_ONCE(*stamp, oldest);
}

/* Keep times within reach of a 32-bit jiffies counter, for an entry that packets use
 * for weeks in one direction only.
 */
static void clamp_times(struct teredo_peer *peer)
{
	clamp_time(&peer->rx);
	clamp_time(&peer->tx);
	clamp_time(&peer->wait);
	clamp_time(&peer->tested);
	clamp_time(&peer->gso_since);
	clamp_time(&peer->gso_last);
	clamp_time(&peer->lan_heard);
}

enum sweep {
	SWEEP_IDLE,	/* remove idle entries, and those over the bound */
	SWEEP_ALL,
	SWEEP_ROUTES,	/* drop cached routes */
};

static void sweep_one(struct teredo_dev *td, struct teredo_peer *peer,
		      enum sweep what)
{
	struct teredo_peers *peers = td->peers;

	bool too_many = peers->count > READ_ONCE(td->cfg.max_peers);

	if (what == SWEEP_ALL || (what == SWEEP_IDLE && idle(peer))) {
		teredo_peer_remove(td, peer);
		return;
	}
	if (what == SWEEP_IDLE && too_many && !in_use(peer)) {
		evict(td, peer);
		return;
	}
	if (what == SWEEP_ROUTES)
		dst_cache_reset(&peer->dst);
	clamp_times(peer);
	list_move_tail(&peer->age, &peers->age);
}

/* Cost of an entry in time under the lock, relative to one without queued packets. Each
 * queued packet is handled individually.
 */
static int cost(const struct teredo_peer *peer)
{
	return 1 + (peer->probe ? teredo_queue_len(peer->probe) / 8 : 0);
}

/* Handle some entries, oldest first. Return: true if the table is not empty. */
static bool sweep(struct teredo_dev *td, enum sweep what)
{
	struct teredo_peers *peers = td->peers;
	struct teredo_peer *peer;
	int spent = 0;
	bool more;

	spin_lock_bh(&peers->lock);
	while (spent < TEREDO_SWEEP && !list_empty(&peers->age)) {
		peer = list_first_entry(&peers->age, struct teredo_peer, age);
		spent += cost(peer);
		sweep_one(td, peer, what);
	}
	more = !list_empty(&peers->age);
	spin_unlock_bh(&peers->lock);
	cond_resched();
	return more;
}

/**
 * teredo_peers_flush() - remove all peers
 * @td: device
 *
 * The worker sends the ICMPv6 errors for queued packets, unless the caller does so with
 * teredo_queue_flush_unreach().
 *
 * Context: process, peers->lock not held.
 */
void teredo_peers_flush(struct teredo_dev *td)
{
	while (sweep(td, SWEEP_ALL))
		;
}

/* Sweep about @n entries, and always one batch. */
static void sweep_part(struct teredo_dev *td, enum sweep what, u32 n)
{
	while (sweep(td, what) && n > TEREDO_SWEEP)
		n -= TEREDO_SWEEP;
}

/**
 * teredo_peers_reroute() - drop the cached routes of all peers
 * @td: device
 *
 * The next packet to each peer looks its route up again.
 *
 * Context: process, peers->lock not held.
 */
void teredo_peers_reroute(struct teredo_dev *td)
{
	sweep_part(td, SWEEP_ROUTES,
		   READ_ONCE(td->peers->count) + TEREDO_SWEEP);
}

/**
 * teredo_peers_age() - remove some of the peers that are idle or over the bound
 * @td: device
 *
 * Each call scans an eighth of the table. Called every ten seconds, it covers the table
 * before an entry reaches twice its idle time.
 *
 * Context: process, peers->lock not held.
 */
void teredo_peers_age(struct teredo_dev *td)
{
	sweep_part(td, SWEEP_IDLE,
		   READ_ONCE(td->peers->count) / TEREDO_AGE_ROUNDS);
}
