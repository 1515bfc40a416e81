/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peer table of a device: the endpoint of each peer, and when packets were last
 * exchanged with it (RFC 4380 5.2). Every packet looks its peer up, without a lock. The
 * size of the table is bounded.
 */
#ifndef _TEREDO_PEER_H
#define _TEREDO_PEER_H

#include <linux/jiffies.h>

#include "peer-types.h"

struct teredo_dev;

/* A trusted peer is usable for 30 s after the last packet accepted from it (RFC 4380 5.2.4). */
#define TEREDO_PEER_FRESH	(30 * HZ)
/* A peer that packets are sent to is refreshed from this age of that last packet on. */
#define TEREDO_PEER_REFRESH	(20 * HZ)
/* A native peer is tested if it sends nothing for this time while packets are sent to
 * it. Its relay may have gone, and another relay can be found long before the entry
 * expires. Each test without another packet doubles the time, as one-way flows are
 * common.
 */
#define TEREDO_PEER_SILENCE	HZ
#define TEREDO_PEER_SILENCES	4
/* A peer's packets are assumed to arrive coalesced until this time after the last one
 * that did: some round trips.
 */
#define TEREDO_PEER_COALESCED	(HZ / 10)
/* A peer that is verified at two endpoints can send from both in turn. This limits its
 * moves per second, as each move allocates an entry. A handover takes one or two.
 */
#define TEREDO_PEER_MOVES	4
/* Idle time after which an entry is removed. Longer than the 300 s back-off of failed
 * peers (RFC 4380 5.2.6).
 */
#define TEREDO_PEER_IDLE	(600 * HZ)

/* Enough for the busiest host behind a NAT. A full table takes 2 MiB, and 160 KiB more
 * per CPU if packets are sent to all peers.
 */
#define TEREDO_MAX_PEERS_CLIENT	4096
/* A relay for a small network. A full table takes 32 MiB. */
#define TEREDO_MAX_PEERS_RELAY	65536
/* Peers beyond this number get no route cache, which takes about 50 octets per CPU and
 * peer: 400 MiB for a full relay with 128 CPUs.
 */
#define TEREDO_CACHED_PEERS	4096
/* Upper bound of the configured table size: half a GiB at some 300 octets per peer. */
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

/* Store the time at most once per tick: all CPUs share the cache line of a busy peer.
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
	/* pairs with teredo_peer_prove(): @ep must be read after @trusted */
	return smp_load_acquire(&peer->trusted);
}

/* Check whether the peer is verified at @ep, as seen from local port @sport. */
static inline bool teredo_peer_at(const struct teredo_peer *peer,
				  struct teredo_endpoint ep, __be16 sport)
{
	return teredo_endpoint_equal(peer->ep, ep) && peer->sport == sport;
}

/* Check whether data can be sent to the peer now. */
static inline bool teredo_peer_usable(const struct teredo_peer *peer)
{
	return teredo_peer_trusted(peer) && teredo_peer_fresh(peer);
}

/* Check whether a native peer is silent although packets are sent to it. Called for each
 * packet sent to a usable native peer, but not while the peer has a probe or is aging.
 */
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

/* Return true if GRO of the inner packets is pointless because the sender or the
 * interface has coalesced them already. Switch only on the next tick, so that no packet
 * overtakes those still in gro_cells.
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

/* Check whether the peer must be refreshed before its entry expires. */
static inline bool teredo_peer_aging(const struct teredo_peer *peer)
{
	return !time_before(jiffies, READ_ONCE(peer->rx) + TEREDO_PEER_REFRESH);
}

#endif /* _TEREDO_PEER_H */
