// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoint selection when NATs forward the service port (RFC 6081 5.3).
 *
 * A symmetric NAT can forward the service port from any source. Answers to the outer
 * source of a peer then leave by another external port than the peer sent to, and its NAT
 * may drop them. An answer to the peer's mapped endpoint can get through, if the peer's
 * NAT forwards the service port, too.
 */
#include <linux/in.h>

#include "decap.h"
#include "device.h"
#include "endpoint.h"
#include "nat.h"
#include "peer.h"
#include "random-port.h"

/* After this many bubble pairs, stop waiting for the peer's random port and use its mapped
 * endpoint.
 */
#define TEREDO_ENDPOINT_PATIENCE	2

/* Check whether the peer's NAT maps each destination to another port (RFC 6081 5.3.4.1). */
static bool peer_symmetric(const struct teredo_rx *rx)
{
	return !teredo_endpoint_equal(teredo_mapped(&rx->src), rx->from);
}

/* Check whether the peer is outside of our NAT. A peer behind the same NAT sends from an
 * address that is not global, or by hairpin from a port that works.
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
 * teredo_endpoint_for_bubbles() - select the endpoint for direct bubbles to a sender
 * @rx: packet of a Teredo source
 *
 * Context: RCU.
 * Return: the mapped endpoint in the peer's address, or the outer source.
 */
struct teredo_endpoint teredo_endpoint_for_bubbles(const struct teredo_rx *rx)
{
	return one_sided(rx) ? teredo_mapped(&rx->src) : rx->from;
}

/* A peer that has announced a random port is reached there (RFC 6081 5.4), whatever its
 * NAT lets in. Use its mapped endpoint if that has failed, or if the peer sends data: it
 * has then decided not to wait.
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

/* A usable peer keeps its endpoint. Context: peers->lock held. */
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
 * teredo_endpoint_judge() - select the endpoint to reach a peer at
 * @rx: packet of a verified source
 *
 * Context: BH off, RCU; peers->lock not held.
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
