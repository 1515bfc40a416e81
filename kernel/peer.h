/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The peer table of a device: who was heard from, where, and when (RFC 4380
 * 5.2). Looked up without a lock for every packet; bounded.
 */
#ifndef _TEREDO_PEER_H
#define _TEREDO_PEER_H

#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <net/dst_cache.h>

#include "queue.h"
#include "wire.h"

struct teredo_dev;
struct teredo_port;
struct teredo_probe;

/* An entry is good for sending while its last reception is younger (5.2.4) */
#define TEREDO_PEER_FRESH	(30 * HZ)
/* ... and from this age on it is refreshed while packets are being sent */
#define TEREDO_PEER_REFRESH	(20 * HZ)
/* A peer that has not said a word for so long while it was being talked to is
 * tested: its relay may have gone, and then another one can be found long
 * before the entry is too old. Each test without any other sign of life doubles
 * the time, as flows in one direction are nothing unusual.
 */
#define TEREDO_PEER_SILENCE	HZ
#define TEREDO_PEER_SILENCES	4
/* A peer whose packets come merged is taken for one that merging does nothing for,
 * for so long after the last of them: some round trips.
 */
#define TEREDO_PEER_MERGED	(HZ / 10)
/* A peer that has verified two endpoints can send from both in turn. Moves per
 * second, each of which allocates an entry. A handover takes one or two.
 */
#define TEREDO_PEER_MOVES	4
/* Entries that nothing was exchanged with for so long are forgotten. Longer
 * than the 300 s that failed peers are left alone for (5.2.6).
 */
#define TEREDO_PEER_IDLE	(600 * HZ)

/* Enough for the busiest host behind a NAT (C-10). When full, 2 MiB, and 160 KiB
 * more for every CPU if packets are sent to all of them.
 */
#define TEREDO_MAX_PEERS_CLIENT	4096
/* a relay for a smaller network; with 32 MiB when full */
#define TEREDO_MAX_PEERS_RELAY	65536
/* Peers beyond this number get no cache of their routes, which costs some 50
 * octets for every CPU and peer: 400 MiB for a full relay of 128 CPUs.
 */
#define TEREDO_CACHED_PEERS	4096
/* what an administrator may ask for: some 300 octets each, half a GiB */
#define TEREDO_MAX_PEERS_LIMIT	(2 * 1024 * 1024)

/**
 * struct teredo_peer - one peer
 * @node: in the hash table
 * @addr: IPv6 address, the key
 * @ep: where it is; constant once @trusted, a peer that has moved gets a new
 *	entry
 * @sport: local port that it was proven at, network byte order; likewise
 * @trusted: @ep is proven; set once, read with acquire semantics
 * @ours: packets of ours asked for this peer first; written under the table's
 *	lock
 * @extended: it has sent trailers, so it knows RFC 6081
 * @bursts: it can be asked for a burst
 * @symmetric: a bubble of it came from elsewhere than its address says (RFC 6081
 *	5.3.4.1); set once
 * @met: it has proven to be at @alt, but may be reached better elsewhere, so it is
 *	not trusted yet; until @nonce_sent changes
 * @rx: jiffies of the last packet accepted from @ep; written at most once a
 *	tick, by any CPU
 * @tx: jiffies of the last packet or bubble sent to it, likewise
 * @probe: what goes on to reach it, or NULL; written under the table's lock
 * @dst: cached routes to @ep, from the first packet sent on; see
 *	teredo_peer_cache()
 * @wait: jiffies of the first packet sent since the last one accepted, or of
 *	the test made since
 * @tested: the value of @rx that a connectivity test has set
 * @merging: jiffies when its packets began to come merged
 * @merged: jiffies of the last one that did, see teredo_peer_merged()
 * @nonce_sent: of our last bubble to its server, 0 for none; a bubble of the
 *	peer that repeats it shows where the peer is (RFC 6081 5.2)
 * @nonce_received: of its last bubble that came through our server, 0 for
 *	none; repeated in bubbles to it
 * @alt_sport: local port of @alt
 * @peer_random: random port of the peer as it has told us, network byte order,
 *	or 0
 * @silences: tests made because only we were talking, see
 *	teredo_peer_silent()
 * @guesses: bubbles that had another nonce than @nonce_sent
 * @moves: moves to another endpoint in the second @moved
 * @moved: seconds of jiffies, modulo 256; see teredo_peer_may_move()
 * @alt: where it was until it moved, or is as well; packets from there are
 *	taken while the entry is fresh (port 0: nowhere)
 * @lan: where it was heard on our link (port 0: nowhere); under the table's
 *	lock
 * @lan_heard: jiffies of its last discovery bubble
 * @random: random port of ours, or NULL
 * @early: it has proven to be at @alt, but would drop data before it has got its
 *	nonce from us, see teredo_answer_early(); until @nonce_sent changes
 * @age: in the table's list
 * @rcu: to free it
 *
 * A packet that comes in needs the first 64 octets alone; data of TCP, and what
 * goes out, the second 64 as well.
 */
struct teredo_peer {
	struct rhash_head node;
	struct in6_addr addr;
	struct teredo_endpoint ep;
	__be16 sport;
	bool trusted;
	bool ours;
	bool extended;
	bool bursts;
	bool symmetric;
	bool met;
	unsigned long rx;
	unsigned long tx;
	struct teredo_probe *probe;

	struct dst_cache dst;
	unsigned long wait;
	unsigned long tested;
	unsigned long merging;
	unsigned long merged;
	__be32 nonce_sent;
	__be32 nonce_received;
	__be16 alt_sport;
	__be16 peer_random;
	u8 silences;
	u8 guesses;
	u8 moves;
	u8 moved;

	struct teredo_endpoint alt;
	struct teredo_endpoint lan;
	unsigned long lan_heard;
	struct teredo_port *random;
	bool early;
	struct list_head age;
	struct rcu_head rcu;
};

/**
 * struct teredo_peers - the peer table
 * @ht: struct teredo_peer by address; read under RCU, written under @lock
 * @lock: serialises every change of the table, the entries and their probes;
 *	never taken for a packet to or from a peer in use
 * @age: struct teredo_peer, in the order that room is made
 * @pending: struct teredo_probe, sorted by the time they are due
 * @count: entries
 * @out: packets that wait to be sent
 * @in: packets that wait to be delivered
 * @seed: of the hash that tells their parties apart, so that no sender can choose
 *	one to share with
 * @doomed: packets whose peers were forgotten, to be dropped by the worker
 * @ref: the device's and each dump's
 */
struct teredo_peers {
	struct rhashtable ht;
	spinlock_t lock; /* see above */
	struct list_head age;
	struct rb_root_cached pending;
	u32 count;
	struct teredo_budget out;
	struct teredo_budget in;
	u32 seed;
	struct teredo_waiting doomed;
	struct kref ref;
};

struct teredo_peers *teredo_peers_create(void);
void teredo_peers_get(struct teredo_peers *peers);
void teredo_peers_put(struct teredo_peers *peers);

struct teredo_peer *teredo_peer_lookup(struct teredo_peers *peers,
				       const struct in6_addr *addr);
struct teredo_peer *teredo_peer_make(struct teredo_dev *td,
				     const struct in6_addr *addr, bool ours);
bool teredo_peer_being_reached(const struct teredo_peer *peer);
void teredo_peer_prove(struct teredo_peer *peer, struct teredo_endpoint ep,
		       __be16 sport);
bool teredo_peer_may_move(struct teredo_peer *peer);
struct teredo_peer *teredo_peer_move(struct teredo_peers *peers,
				     struct teredo_peer *peer,
				     struct teredo_endpoint ep, __be16 sport);
void teredo_peer_remove(struct teredo_dev *td, struct teredo_peer *peer);
void teredo_peers_flush(struct teredo_dev *td);
void teredo_peers_reroute(struct teredo_dev *td);
void teredo_peers_age(struct teredo_dev *td);

/* Writes the time unless that has been done this tick: the cache line of a
 * busy peer is shared by all CPUs.
 */
static inline void teredo_stamp(unsigned long *stamp)
{
	unsigned long now = jiffies;

	if (READ_ONCE(*stamp) != now)
		WRITE_ONCE(*stamp, now);
}

static inline bool teredo_peer_fresh(const struct teredo_peer *peer)
{
	return time_before(jiffies,
			   READ_ONCE(peer->rx) + TEREDO_PEER_FRESH);
}

static inline bool teredo_peer_trusted(const struct teredo_peer *peer)
{
	/* pairs with teredo_peer_prove(): @ep is read after this */
	return smp_load_acquire(&peer->trusted);
}

/* it has proven to be at @ep, as seen from local port @sport */
static inline bool teredo_peer_at(const struct teredo_peer *peer,
				  struct teredo_endpoint ep, __be16 sport)
{
	return teredo_endpoint_equal(peer->ep, ep) && peer->sport == sport;
}

/* data may be sent to it right now */
static inline bool teredo_peer_usable(const struct teredo_peer *peer)
{
	return teredo_peer_trusted(peer) && teredo_peer_fresh(peer);
}

/* Called for every packet sent to a native peer: is it suspiciously silent? */
static inline bool teredo_peer_silent(struct teredo_peer *peer)
{
	unsigned long wait = READ_ONCE(peer->wait);
	unsigned long rx = READ_ONCE(peer->rx);

	if (time_before(rx, wait))
		return time_after(jiffies, wait + (TEREDO_PEER_SILENCE <<
						   READ_ONCE(peer->silences)));
	teredo_stamp(&peer->wait);
	if (READ_ONCE(peer->silences) && rx != READ_ONCE(peer->tested))
		WRITE_ONCE(peer->silences, 0);
	return false;
}

/* Does a packet of it find others that came merged: by GRO of the interface, or as
 * the sender, on this machine, has made them? To merge again is vain then. Not
 * within the tick in which that began: what has gone the other way must not be
 * overtaken.
 */
static inline bool teredo_peer_merged(struct teredo_peer *peer, bool now)
{
	bool known = time_before(jiffies, READ_ONCE(peer->merged) +
					  TEREDO_PEER_MERGED);

	if (now) {
		if (!known)
			WRITE_ONCE(peer->merging, jiffies);
		teredo_stamp(&peer->merged);
	}
	return known && time_after(jiffies, READ_ONCE(peer->merging));
}

/* it should be heard from before it is too old */
static inline bool teredo_peer_aging(const struct teredo_peer *peer)
{
	return !time_before(jiffies, READ_ONCE(peer->rx) + TEREDO_PEER_REFRESH);
}

#endif /* _TEREDO_PEER_H */
