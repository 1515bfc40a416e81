// SPDX-License-Identifier: GPL-2.0
/*
 * Bubble sets: which bubbles a round of an attempt sends, what their trailers contain,
 * and when the next round can go. RFC 4380 5.2.6; RFC 6081 5.2.4.1, 5.4.4, 5.6.4.1.
 * bubble.c transmits them after peers->lock is released.
 */
#include <linux/random.h>

#include "bubble-set.h"
#include "bubble.h"
#include "burst.h"
#include "device.h"
#include "discovery.h"
#include "nat.h"
#include "peer.h"
#include "symmetric.h"

/**
 * teredo_bubble_set_in_budget() - check the bound of four bubbles in 300 s
 * @probe: attempt
 *
 * RFC 4380 5.2.6, counted over all attempts to reach the peer.
 *
 * Context: peers->lock held.
 * Return: true if a bubble set can be sent.
 */
bool teredo_bubble_set_in_budget(const struct teredo_probe *probe)
{
	unsigned long oldest = probe->sent[probe->n_sent % TEREDO_PROBE_TRIES];

	return probe->n_sent < TEREDO_PROBE_TRIES ||
	       !time_before(jiffies, oldest + TEREDO_BUBBLE_WINDOW);
}

/**
 * teredo_bubble_set_next() - tell when the next bubble set can be sent
 * @probe: attempt
 *
 * RFC 4380 5.2.6: none within two seconds of the last transmission.
 *
 * Context: peers->lock held.
 * Return: jiffies.
 */
unsigned long teredo_bubble_set_next(const struct teredo_probe *probe)
{
	return READ_ONCE(probe->peer->tx) + TEREDO_PROBE_INTERVAL;
}

/**
 * teredo_bubble_set_allowed() - check whether a bubble set can be sent now
 * @probe: attempt
 *
 * Context: peers->lock held.
 * Return: true if the limits of RFC 4380 5.2.6 allow it.
 */
bool teredo_bubble_set_allowed(const struct teredo_probe *probe)
{
	return teredo_bubble_set_in_budget(probe) &&
	       !time_before(jiffies, teredo_bubble_set_next(probe));
}

/**
 * teredo_bubble_set_charge() - charge a bubble set to its attempt
 * @probe: attempt
 * @set: bubble set; its charge is set
 *
 * Counts bubbles before they are sent, so that another CPU does not exceed the limit
 * until then. teredo_send_bubble_set() gives back what was not sent.
 *
 * Context: peers->lock held.
 */
void teredo_bubble_set_charge(struct teredo_probe *probe,
			      struct teredo_bubble_set *set)
{
	struct teredo_peer *peer = probe->peer;
	unsigned long *sent = &probe->sent[probe->n_sent % TEREDO_PROBE_TRIES];

	set->charge = (struct teredo_charge) {
		.n_sent = ++probe->n_sent,
		.at = jiffies,
		.sent = *sent,
		.tx = READ_ONCE(peer->tx),
	};
	*sent = set->charge.at;
	WRITE_ONCE(peer->tx, set->charge.at);
}

/* draw a new nonce for every bubble to the peer's server (RFC 6081 5.2.4.1) */
static __be32 new_nonce(struct teredo_peer *peer)
{
	peer->nonce_sent = (__force __be32)get_random_u32_above(0);
	peer->bad_nonces = 0;
	peer->alt_verified = false;
	peer->early = false;
	return peer->nonce_sent;
}

/* RFC 6081 5.6.4.1: add the endpoints for peers behind the same NAT, and for peers behind
 * the next NAT outside.
 */
static void add_inside(const struct teredo_dev *td,
		       const struct teredo_mapping *map,
		       struct teredo_trailers *tr)
{
	if (!READ_ONCE(td->cfg.hairpin) || !map->local)
		return;
	tr->n_alternates = 1;
	tr->alternates[0].addr = map->local;
	tr->alternates[0].port = td->cfg.port;
	if (map->upnp_mapped.port)
		tr->alternates[tr->n_alternates++] = map->upnp_mapped;
}

/* Add the trailers of RFC 6081 to a bubble set, and take a random port if one helps. */
static void extend(struct teredo_dev *td, const struct teredo_mapping *map,
		   struct teredo_peer *peer, struct teredo_bubble_set *set)
{
	teredo_bubble_set_nonce(set, peer);
	set->server_tr.has_nonce = true;
	set->server_tr.nonce = new_nonce(peer);
	teredo_burst_tell(td, map, peer, &set->server_tr);
	if (teredo_ports_preserved(td, map) && !teredo_peer_usable(peer))
		teredo_port_take(td, peer);
	teredo_random_port_add(peer, set);
	if (!teredo_peer_usable(peer))
		add_inside(td, map, &set->server_tr);
}

/**
 * teredo_bubble_set_fill() - compose the next bubble set of an attempt
 * @td: device
 * @map: own mapping
 * @probe: attempt
 * @set: result; relays and servers add a direct bubble only if configured to
 *
 * The set counts as transmission, and against the limit of four (RFC 4380 5.2.6), unless
 * no bubble leaves the host, see teredo_send_bubble_set(). While the bubbles must wait for
 * a port test or a burst, nothing counts. @set is then the test, or empty.
 *
 * Context: peers->lock held.
 */
void teredo_bubble_set_fill(struct teredo_dev *td,
			    const struct teredo_mapping *map,
			    struct teredo_probe *probe,
			    struct teredo_bubble_set *set)
{
	struct teredo_peer *peer = probe->peer;

	memset(set, 0, sizeof(*set));
	if (!teredo_peer_usable(peer) &&
	    (teredo_predict_begin(td, map, peer, set) ||
	     teredo_burst_begin(td, map, probe)))
		return;

	set->repeat = probe->n_sent;
	teredo_bubble_set_charge(probe, set);
	set->cause = probe->cause;
	set->indirect = true;
	if (td->cfg.mode == TEREDO_MODE_CLIENT || READ_ONCE(td->cfg.direct))
		teredo_bubble_set_add(set, teredo_mapped(&peer->addr), 0);
	if (teredo_uses_nonces(td))
		extend(td, map, peer, set);
	teredo_discovery_add(td, peer, set);
}
