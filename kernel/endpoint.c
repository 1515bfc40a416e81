// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoint selection when NATs forward the service port (RFC 6081 5.3).
 *
 * Behind a symmetric NAT that lets everybody send to the service port we hear
 * peers that could not hear us if we answered to where their packets come from:
 * ours leave by another port than the one that they have written to. What may
 * get through is the place in their address, if their NAT is of that kind, too.
 */
#include <linux/in.h>

#include "decap.h"
#include "device.h"
#include "endpoint.h"
#include "nat.h"
#include "peer.h"
#include "random-port.h"

/* bubbles to a peer that has a random port, until the place in its address is
 * taken as good enough
 */
#define TEREDO_ENDPOINT_PATIENCE	2

/* its NAT gives it another port for each destination (RFC 6081 5.3.4.1) */
static bool peer_symmetric(const struct teredo_rx *rx)
{
	return !teredo_endpoint_equal(teredo_mapped(&rx->src), rx->from);
}

/* A peer behind our own NAT sends from an address that is not global, or comes
 * back from outside by a port that works. Neither needs this.
 */
static bool elsewhere(const struct teredo_rx *rx)
{
	return teredo_ipv4_is_global(rx->from.addr) &&
	       rx->from.addr != rx->map->mapped.addr;
}

static bool from_random_port(const struct teredo_rx *rx)
{
	return rx->tr && rx->tr->has_random_port &&
	       rx->tr->random_port == rx->from.port;
}

static bool one_sided(const struct teredo_rx *rx)
{
	return teredo_nat_forwards(rx->map) && peer_symmetric(rx) &&
	       elsewhere(rx) &&
	       rx->port == rx->td->cfg.port && !from_random_port(rx);
}

/**
 * teredo_endpoint_for_bubbles - where direct bubbles to the sender of a packet go
 * @rx: packet of a Teredo source
 *
 * Return: the place in its address, or where the packet came from.
 */
struct teredo_endpoint teredo_endpoint_for_bubbles(const struct teredo_rx *rx)
{
	return one_sided(rx) ? teredo_mapped(&rx->src) : rx->from;
}

/* A peer that has told of a random port is to be met there (RFC 6081 5.4), which
 * works whatever its NAT lets in; the place in its address is for when that has
 * come to nothing, or when the peer sends data, as it has decided then.
 */
static bool wait_for_random(struct teredo_peer *peer,
			    const struct teredo_rx *rx, __be16 random)
{
	if (!random || !peer->probe || !teredo_rx_bubble(rx) ||
	    peer->probe->n_sent >= TEREDO_ENDPOINT_PATIENCE)
		return false;
	peer->alt = rx->from;
	peer->alt_sport = rx->port;
	peer->alt_verified = true;
	return true;
}

/* A peer that is in use stays where it is. */
static enum teredo_endpoint_choice judge(struct teredo_peer *peer,
					 const struct teredo_rx *rx)
{
	struct teredo_endpoint embedded = teredo_mapped(&rx->src);
	__be16 random = peer->remote_random_port;

	if (rx->tr && rx->tr->has_random_port)
		random = rx->tr->random_port;
	if (random == rx->from.port)
		return TEREDO_ENDPOINT_OBSERVED;
	if (teredo_peer_usable(peer) &&
	    !teredo_peer_at(peer, embedded, rx->port))
		return TEREDO_ENDPOINT_UNDECIDED;
	if (wait_for_random(peer, rx, random))
		return TEREDO_ENDPOINT_UNDECIDED;
	return TEREDO_ENDPOINT_MAPPED;
}

/**
 * teredo_endpoint_judge - where is a peer to be reached
 * @rx: packet that proves to be the peer's
 *
 * Context: BH off, RCU; table not locked.
 * Return: see enum teredo_endpoint_choice.
 */
enum teredo_endpoint_choice teredo_endpoint_judge(const struct teredo_rx *rx)
{
	enum teredo_endpoint_choice verdict = TEREDO_ENDPOINT_OBSERVED;
	struct teredo_peers *peers = rx->td->peers;
	struct teredo_peer *peer;

	if (!peer_symmetric(rx))
		return verdict;
	spin_lock_bh(&peers->lock);
	peer = teredo_peer_lookup(peers, &rx->src);
	if (peer) {
		peer->symmetric = true;
		if (one_sided(rx))
			verdict = judge(peer, rx);
	}
	spin_unlock_bh(&peers->lock);
	return verdict;
}
