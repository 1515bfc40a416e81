/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The peer table of a device: who was heard from, where, and when (RFC 4380
 * 5.2). Looked up without a lock for every packet; bounded.
 */
#ifndef _TEREDO_PEER_H
#define _TEREDO_PEER_H

#include <linux/jiffies.h>

#include "peer-types.h"

struct teredo_dev;

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
#define TEREDO_PEER_COALESCED	(HZ / 10)
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

struct teredo_peers *teredo_peers_create(void);
void teredo_peers_get(struct teredo_peers *peers);
void teredo_peers_put(struct teredo_peers *peers);

struct teredo_peer *teredo_peer_lookup(struct teredo_peers *peers,
				       const struct in6_addr *addr);
struct teredo_peer *teredo_peer_make(struct teredo_dev *td,
				     const struct in6_addr *addr,
				     bool local_init);
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

struct teredo_probe *teredo_probe_get(struct teredo_dev *td,
				      struct teredo_peer *peer);

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
static inline bool teredo_peer_coalesced(struct teredo_peer *peer, bool now)
{
	bool known = time_before(jiffies, READ_ONCE(peer->gso_last) +
					  TEREDO_PEER_COALESCED);

	if (now) {
		if (!known)
			WRITE_ONCE(peer->gso_since, jiffies);
		teredo_stamp(&peer->gso_last);
	}
	return known && time_after(jiffies, READ_ONCE(peer->gso_since));
}

/* it should be heard from before it is too old */
static inline bool teredo_peer_aging(const struct teredo_peer *peer)
{
	return !time_before(jiffies, READ_ONCE(peer->rx) + TEREDO_PEER_REFRESH);
}

#endif /* _TEREDO_PEER_H */
