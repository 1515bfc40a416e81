// SPDX-License-Identifier: GPL-2.0
/*
 * Reactions to received bubbles (RFC 4380 5.2.3, RFC 6081 5.2.4): answer them, and record
 * the endpoints and the extensions of the peer.
 *
 * Direct bubbles in answer count neither as transmission nor against the limit of four
 * (5.2.6). With cfg.symmetric, an answer can be a whole bubble set with an indirect bubble,
 * which is charged to both. Any host can cause answers, so each peer has a limit, and all
 * peers share one that is fair between IPv4 addresses. Decide under peers->lock, transmit
 * after releasing it.
 */
#include <linux/in.h>

#include "bubble-rx.h"
#include "bubble-set.h"
#include "bubble.h"
#include "burst.h"
#include "decap.h"
#include "device.h"
#include "discovery.h"
#include "endpoint.h"
#include "nat.h"
#include "peer.h"
#include "probe.h"
#include "random-port.h"
#include "symmetric.h"
#include "trust.h"

/* Check the limit of answers to one peer, and charge one answer. Context: peers->lock held. */
static bool allowed(struct teredo_probe *probe)
{
	if (!probe->answers ||
	    !time_before(jiffies, probe->answered + TEREDO_PROBE_INTERVAL)) {
		probe->answers = 0;
		probe->answered = jiffies;
	}
	if (probe->answers >= TEREDO_ANSWERS)
		return false;
	probe->answers++;
	return true;
}

/* The client itself tries to reach the peer: the limits per peer are enough. */
static bool wanted(const struct teredo_peer *peer)
{
	return peer && teredo_peer_being_reached(peer);
}

/* IPv4 source of an indirect bubble, for the limits: its origin indication. Without one,
 * the mapped address of the IPv6 source, which the server has checked.
 */
static __be32 origin(const struct teredo_rx *rx)
{
	return rx->pkt.origin ? rx->pkt.from.addr : teredo_mapped(&rx->src).addr;
}

/* Charge one answer to the share of IPv4 address @from. */
static enum teredo_limit_verdict judge(const struct teredo_rx *rx,
				       const struct teredo_peer *peer,
				       __be32 from)
{
	if (wanted(peer))
		return TEREDO_LIMIT_PASS;
	return teredo_limit_fair(rx->td->answers, from, 0, TEREDO_ANSWER_RATE);
}

/* A trusted peer that was not heard for 30 s may be back at its mapped endpoint. */
static void choose_endpoints(const struct teredo_peer *peer,
			     struct teredo_bubble_set *set)
{
	struct teredo_endpoint mapped = teredo_mapped(&peer->addr);

	set->n = 0;
	if (peer->trusted)
		teredo_bubble_set_add(set, peer->ep, peer->sport);
	if (!peer->trusted || (!teredo_peer_fresh(peer) &&
			       !teredo_endpoint_equal(peer->ep, mapped)))
		teredo_bubble_set_add(set, mapped, 0);
}

/* Check whether nothing was sent or received for 30 s: NAT mappings can have expired. */
static bool idle(const struct teredo_peer *peer)
{
	return !teredo_peer_fresh(peer) &&
	       !time_before(jiffies, READ_ONCE(peer->tx) + TEREDO_PEER_FRESH);
}

/* RFC 6081 5.4.4.4 */
static void note_random(struct teredo_rx *rx, struct teredo_peer *peer)
{
	__be16 port = rx->tr->random_port;

	if (!rx->tr->has_random_port || !port ||
	    port == peer->remote_random_port)
		return;
	if (peer->remote_random_port && !idle(peer))
		return;
	if (peer->remote_random_port && teredo_ports_wanted(rx->td, rx->map))
		teredo_port_release(rx->td, peer);
	peer->remote_random_port = port;
}

/* A peer without a random port is at its mapped endpoint. Possibly only a bubble from
 * our random port gets through to it. Send one only in answer to the peer's bubble: the
 * NAT preserves the port for its first destination only.
 */
static void use_random(struct teredo_rx *rx, struct teredo_peer *peer,
		       struct teredo_bubble_set *set)
{
	if (rx->tr->has_random_port && teredo_ports_preserved(rx->td, rx->map))
		teredo_port_take(rx->td, peer);
	teredo_random_port_add(peer, set);
	if (peer->random_port && !peer->remote_random_port &&
	    !teredo_port_tested(peer))
		teredo_bubble_set_add(set, teredo_mapped(&peer->addr),
				      peer->random_port->port);
}

/* Check whether the peer has our mapped IPv4 address, so is behind the same NAT. Ignore
 * the inside addresses of other peers: remote peers must not make the client send into
 * its private network.
 */
static bool same_nat(const struct teredo_rx *rx)
{
	return READ_ONCE(rx->td->cfg.hairpin) &&
	       teredo_mapped(&rx->src).addr == rx->map->mapped.addr;
}

/* RFC 6081 5.6.4.2 */
static void add_alternates(const struct teredo_rx *rx,
			   struct teredo_bubble_set *set)
{
	int i;

	if (!same_nat(rx))
		return;
	for (i = 0; i < rx->tr->n_alternates; i++)
		if (rx->tr->alternates[i].addr != rx->map->local ||
		    rx->tr->alternates[i].port != rx->td->cfg.port)
			teredo_bubble_set_add(set, rx->tr->alternates[i], 0);
}

/* RFC 6081 5.7.4.2 */
static bool solicited(const struct teredo_rx *rx)
{
	return READ_ONCE(rx->td->cfg.solicit) && rx->tr->has_nd &&
	       rx->tr->nd == TEREDO_ND_SOLICITATION;
}

static void note_trailers(const struct teredo_rx *rx, struct teredo_peer *peer)
{
	peer->extended |= rx->tr->has_nonce || rx->tr->has_random_port ||
			  rx->tr->has_nd || rx->tr->n_alternates;
}

/* End the wait of teredo_bubble_rx_early() if the peer's nonce has come. A bubble with
 * the nonce goes by the recorded path, so data can follow by the same path.
 * Return: true if data can follow, with the recorded path in @then.
 */
static bool end_wait(const struct teredo_rx *rx, struct teredo_peer *peer,
		     struct teredo_rx *then)
{
	/* a random port is only used if the peer cannot be reached without it */
	if (!peer->early || !peer->nonce_received ||
	    peer->alt_sport != rx->td->cfg.port)
		return false;
	peer->early = false;
	then->from = peer->alt;
	then->port = peer->alt_sport;
	/* random ports are tried before the mapped endpoint */
	return teredo_endpoint_equal(teredo_endpoint_for_bubbles(then),
				     then->from) ||
	       (!peer->remote_random_port && !peer->random_port);
}

static void add_place(struct teredo_bubble_set *set, struct teredo_endpoint to)
{
	int i;

	for (i = 0; i < set->n; i++)
		if (teredo_endpoint_equal(set->path[i].to, to) &&
		    !set->path[i].port)
			return;
	teredo_bubble_set_add(set, to, 0);
}

/* A direct bubble may not reach a peer behind a symmetric NAT. An indirect one makes the
 * peer send a direct bubble to us (RFC 6081 3.1).
 */
static bool wants_bubble_set(const struct teredo_rx *rx,
			     const struct teredo_probe *probe)
{
	return READ_ONCE(rx->td->cfg.symmetric) &&
	       !teredo_peer_usable(probe->peer) &&
	       teredo_bubble_set_allowed(probe) &&
	       judge(rx, probe->peer, origin(rx)) == TEREDO_LIMIT_PASS;
}

/* Make an entry only if the limit allows the answer. @then is set to the path that data can
 * take after the answer, local port 0 for none. Context: peers->lock held.
 */
static enum teredo_limit_verdict decide(struct teredo_rx *rx,
					struct teredo_bubble_set *set,
					struct teredo_rx *then)
{
	enum teredo_limit_verdict verdict;
	struct teredo_probe *probe;
	struct teredo_peer *peer;
	bool ended;

	peer = teredo_peer_lookup(rx->td->peers, &rx->src);
	verdict = judge(rx, peer, origin(rx));
	if (verdict != TEREDO_LIMIT_PASS)
		return verdict;
	peer = teredo_peer_make(rx->td, &rx->src, false);
	probe = teredo_probe_get(rx->td, peer);
	if (!probe || !allowed(probe))
		return TEREDO_LIMIT_RATE_USED;

	peer->nonce_received = teredo_uses_nonces(rx->td) &&
			       rx->tr->has_nonce ? rx->tr->nonce : 0;
	note_trailers(rx, peer);
	if (READ_ONCE(rx->td->cfg.preserving))
		note_random(rx, peer);
	teredo_burst_note(rx, peer);
	/* before the set is filled: a new nonce clears the recorded path */
	ended = end_wait(rx, peer, then);
	if (!ended && wants_bubble_set(rx, probe))
		teredo_bubble_set_fill(rx->td, rx->map, probe, set);
	teredo_bubble_set_nonce(set, peer);
	set->tr.has_nd = solicited(rx);
	set->tr.nd = TEREDO_ND_ADVERTISEMENT;
	choose_endpoints(peer, set);
	if (!teredo_peer_usable(peer)) {
		use_random(rx, peer, set);
		add_alternates(rx, set);
		teredo_discovery_add(rx->td, peer, set);
	}
	if (ended)
		add_place(set, teredo_endpoint_for_bubbles(then));
	else
		then->port = 0;
	return TEREDO_LIMIT_PASS;
}

/**
 * teredo_bubble_rx_indirect() - answer a bubble that came via the server
 * @rx: bubble of a peer, from an address that teredo_reachable() allows
 *
 * RFC 4380 5.2.3 (row P-09). Direct bubbles open our NAT for the peer, and with the
 * peer's nonce verify our endpoint to the peer. The indirect bubble itself verifies
 * nothing, but an earlier direct bubble may have verified the peer.
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: the verdict of the limits; TEREDO_LIMIT_RATE_USED also if there is no room for
 * the peer, or if the peer is over its own limit.
 */
enum teredo_limit_verdict teredo_bubble_rx_indirect(struct teredo_rx *rx)
{
	struct teredo_peers *peers = rx->td->peers;
	enum teredo_limit_verdict verdict;
	struct teredo_rx then = *rx;
	struct teredo_bubble_set set = {};

	then.port = 0;
	spin_lock_bh(&peers->lock);
	verdict = decide(rx, &set, &then);
	spin_unlock_bh(&peers->lock);
	if (verdict != TEREDO_LIMIT_PASS)
		return verdict;
	teredo_send_bubble_set(rx->td, rx->map, &rx->src, &set);
	if (then.port)
		teredo_trust_at(&then, teredo_endpoint_for_bubbles(&then));
	return verdict;
}

static bool is_private(__be32 addr)
{
	return ipv4_is_private_10(addr) || ipv4_is_private_172(addr) ||
	       ipv4_is_private_192(addr);
}

/* Check whether data can be sent to the outer source. */
static bool possible(const struct teredo_rx *rx)
{
	return rx->from.port &&
	       (teredo_ipv4_is_global(rx->from.addr) ||
		(is_private(rx->from.addr) && same_nat(rx)));
}

/**
 * teredo_bubble_rx_repeats_nonce() - check whether a bubble repeats our nonce
 * @rx: direct bubble from a Teredo source
 *
 * RFC 6081 5.2.4.4 (row P-17). Only the receiver of our bubble via the peer's server
 * knows the nonce. So the nonce verifies the outer source, also if that is not the peer's
 * mapped endpoint.
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: true if the bubble repeats the nonce, and fewer than %TEREDO_BAD_NONCES were wrong.
 */
bool teredo_bubble_rx_repeats_nonce(struct teredo_rx *rx)
{
	struct teredo_peer *peer;
	bool right = false;

	if (!teredo_uses_nonces(rx->td) || !rx->tr->has_nonce ||
	    !possible(rx))
		return false;
	spin_lock_bh(&rx->td->peers->lock);
	peer = teredo_peer_lookup(rx->td->peers, &rx->src);
	if (peer && peer->nonce_sent && peer->bad_nonces < TEREDO_BAD_NONCES) {
		right = peer->nonce_sent == rx->tr->nonce;
		peer->bad_nonces += !right;
	}
	spin_unlock_bh(&rx->td->peers->lock);
	return right;
}

/* Stop waiting for the peer's nonce after this many bubble pairs (2 s): some send none. */
#define PATIENCE	2

/* 100.64/10, between our NAT and a carrier's (RFC 6598) */
static bool is_shared(__be32 addr)
{
	return (addr & htonl(0xffc00000)) == htonl(0x64400000);
}

static bool same_mapped_addr(const struct teredo_rx *rx)
{
	return teredo_mapped(&rx->src).addr == rx->map->mapped.addr;
}

/* Check whether the path of a packet leads through our outermost NAT. A peer with the
 * same mapped address is behind that NAT, too. If the NAT shows us the mapped endpoint
 * of the peer (hairpin), it shows the peer ours.
 */
static bool is_outside(const struct teredo_rx *rx)
{
	if (same_mapped_addr(rx))
		return teredo_endpoint_equal(teredo_mapped(&rx->src), rx->from);
	return !is_private(rx->from.addr) && !is_shared(rx->from.addr);
}

/* Check whether the peer sees our packets come from our mapped endpoint, and so accepts
 * them without a nonce (RFC 6081 5.2.4.4).
 */
static bool seen_as_mapped(const struct teredo_rx *rx)
{
	return rx->port == rx->td->cfg.port && !teredo_nat_symmetric(rx->map) &&
	       is_outside(rx);
}

/* Check whether the peer has heard the client on the link, and so accepts packets from
 * that link (RFC 4380 5.2.8).
 */
static bool discovered(const struct teredo_rx *rx,
		       const struct teredo_peer *peer)
{
	return teredo_discovery_knows(rx->td, peer) &&
	       teredo_endpoint_equal(peer->lan, rx->from);
}

/* Wait without a limit for a peer in use, which is reached without the new path. The same
 * holds at a random port: only peers that send nonces are told of one.
 */
static bool worth_waiting(const struct teredo_rx *rx,
			  const struct teredo_peer *peer)
{
	const struct teredo_probe *probe = peer->probe;

	if (teredo_peer_usable(peer) || rx->port != rx->td->cfg.port)
		return true;
	return (rx->tr->has_nonce || peer->extended) && probe &&
	       (probe->tries ?: probe->n_sent) < PATIENCE;
}

/* Check whether the peer would drop data on the path of this bubble. It does if it neither
 * sees our mapped endpoint nor has its nonce from us. The nonce comes to us via the server,
 * often later than a direct bubble.
 */
static bool too_early(const struct teredo_rx *rx,
		      const struct teredo_peer *peer)
{
	return !peer->nonce_received && teredo_uses_nonces(rx->td) &&
	       !seen_as_mapped(rx) && !discovered(rx, peer) &&
	       worth_waiting(rx, peer);
}

/* Check whether a bubble verifies a peer in use at another path. */
static bool moves(const struct teredo_rx *rx, const struct teredo_peer *peer)
{
	return teredo_peer_usable(peer) &&
	       !teredo_peer_at(peer, teredo_endpoint_for_bubbles(rx), rx->port);
}

static bool is_noted(const struct teredo_rx *rx, const struct teredo_peer *peer)
{
	return teredo_endpoint_equal(peer->alt, rx->from) &&
	       peer->alt_sport == rx->port;
}

static bool may_announce(const struct teredo_rx *rx, struct teredo_peer *peer)
{
	if (teredo_peer_usable(peer))
		return moves(rx, peer) && !seen_as_mapped(rx);
	return peer->probe && allowed(peer->probe);
}

/* Context: peers->lock held. */
static void greet(const struct teredo_rx *rx, struct teredo_peer *peer,
		  struct teredo_bubble_set *set)
{
	if (judge(rx, peer, rx->from.addr) != TEREDO_LIMIT_PASS)
		return;
	teredo_bubble_set_nonce(set, peer);
	teredo_bubble_set_add(set, teredo_endpoint_for_bubbles(rx), rx->port);
	if (peer->random_port)
		set->random = peer->random_port->predicted;
}

/**
 * teredo_bubble_rx_announce() - send a bubble with the peer's nonce before data
 * @rx: direct bubble that repeats our nonce
 *
 * A peer that does not see our mapped endpoint accepts data only after a bubble with its
 * nonce. For other peers, the bubble saves the time until they repeat theirs (RFC 6081
 * 6.4, packet 11).
 *
 * Context: BH off, RCU; peers->lock not held.
 */
void teredo_bubble_rx_announce(struct teredo_rx *rx)
{
	struct teredo_peers *peers = rx->td->peers;
	struct teredo_bubble_set set = {};
	struct teredo_peer *peer;

	spin_lock_bh(&peers->lock);
	peer = teredo_peer_lookup(peers, &rx->src);
	if (peer && may_announce(rx, peer))
		greet(rx, peer, &set);
	spin_unlock_bh(&peers->lock);
	if (set.n)
		teredo_send_bubble_set(rx->td, rx->map, &rx->src, &set);
}

/* The peer closes that port when it hears us at another one (RFC 6081 5.4.4.5). */
static bool from_random_port(const struct teredo_rx *rx)
{
	return rx->tr->has_random_port &&
	       rx->tr->random_port == rx->from.port;
}

/* A path inside of a NAT is better than one out of it and back (hairpin). */
static bool is_detour(const struct teredo_rx *rx)
{
	return same_mapped_addr(rx) &&
	       teredo_endpoint_equal(teredo_mapped(&rx->src), rx->from);
}

static bool on_detour(const struct teredo_rx *rx,
		      const struct teredo_peer *peer)
{
	return same_mapped_addr(rx) &&
	       teredo_endpoint_equal(teredo_mapped(&rx->src), peer->ep);
}

/* Check whether the endpoint in use works: the peer was heard there within 2 s. In this
 * time, bubbles of one round can still arrive by other paths.
 */
static bool is_alive(const struct teredo_peer *peer)
{
	return time_before(jiffies,
			   READ_ONCE(peer->rx) + TEREDO_PROBE_INTERVAL);
}

/* Check whether to keep the endpoint of a peer that is verified at another one. Following
 * each bubble would move the two clients to different paths, and close random ports to
 * which data is in flight.
 */
static bool stays(const struct teredo_rx *rx, const struct teredo_peer *peer)
{
	return from_random_port(rx) || is_detour(rx) ||
	       (is_alive(peer) && !on_detour(rx, peer));
}

/* Send one bubble per endpoint, or two clients would answer each other's answers for
 * ever. The peer prefers the endpoint in use to the other two kinds.
 */
static bool worth_greeting(const struct teredo_rx *rx,
			   const struct teredo_peer *peer)
{
	return !is_noted(rx, peer) && !from_random_port(rx) && !is_detour(rx);
}

/**
 * teredo_bubble_rx_second() - check whether a bubble only adds a secondary endpoint
 * @rx: direct bubble of a verified source
 * @repeats: our nonce has verified the source
 *
 * While the endpoint in use works, only record @rx->from as a secondary endpoint from
 * which packets are accepted. A bubble to it lets the peer move there if the path to the
 * endpoint in use is blocked.
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: true if the peer stays at the endpoint in use.
 */
bool teredo_bubble_rx_second(struct teredo_rx *rx, bool repeats)
{
	struct teredo_peers *peers = rx->td->peers;
	struct teredo_bubble_set set = {};
	struct teredo_peer *peer;
	bool second;

	spin_lock_bh(&peers->lock);
	peer = teredo_peer_lookup(peers, &rx->src);
	second = peer && moves(rx, peer) && stays(rx, peer);
	if (second && repeats && worth_greeting(rx, peer))
		greet(rx, peer, &set);
	if (second) {
		peer->alt = rx->from;
		peer->alt_sport = rx->port;
	}
	spin_unlock_bh(&peers->lock);
	if (set.n)
		teredo_send_bubble_set(rx->td, rx->map, &rx->src, &set);
	return second;
}

static void note_early(const struct teredo_rx *rx, struct teredo_peer *peer)
{
	if (!teredo_endpoint_equal(teredo_mapped(&rx->src), rx->from))
		peer->symmetric = true;		/* RFC 6081 5.3.4.1 */
	if (peer->early && is_detour(rx))
		return;
	peer->alt = rx->from;
	peer->alt_sport = rx->port;
	peer->alt_verified = true;
	peer->early = true;
}

/**
 * teredo_bubble_rx_early() - check whether a direct bubble came before the peer's
 *	nonce, without which the peer would drop our data
 * @rx: direct bubble of a verified source
 *
 * Records the path. teredo_bubble_rx_indirect() uses it when the nonce has come.
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: true if data must wait.
 */
bool teredo_bubble_rx_early(struct teredo_rx *rx)
{
	struct teredo_peers *peers = rx->td->peers;
	struct teredo_peer *peer;
	bool early;

	spin_lock_bh(&peers->lock);
	peer = teredo_peer_lookup(peers, &rx->src);
	early = peer && (!teredo_peer_usable(peer) || moves(rx, peer)) &&
		too_early(rx, peer);
	if (early)
		note_early(rx, peer);
	spin_unlock_bh(&peers->lock);
	return early;
}

/**
 * teredo_bubble_rx_from_alt() - check whether a packet is from a secondary endpoint
 * @rx: packet from a Teredo source
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: true if the peer was verified there, and is usable or waits for a better endpoint.
 */
bool teredo_bubble_rx_from_alt(struct teredo_rx *rx)
{
	struct teredo_peers *peers = rx->td->peers;
	struct teredo_peer *peer;
	bool known;

	spin_lock_bh(&peers->lock);
	peer = teredo_peer_lookup(peers, &rx->src);
	known = peer && (teredo_peer_usable(peer) || peer->alt_verified) &&
		peer->alt.port && is_noted(rx, peer);
	spin_unlock_bh(&peers->lock);
	return known;
}

/**
 * teredo_bubble_rx_direct() - process the trailers of a verified peer's bubble
 * @rx: direct bubble
 *
 * A solicitation is answered by an advertisement (RFC 6081 5.7.4.2). Advertisements are
 * not answered.
 *
 * Context: BH off, RCU; peers->lock not held.
 */
void teredo_bubble_rx_direct(struct teredo_rx *rx)
{
	struct teredo_peers *peers = rx->td->peers;
	struct teredo_bubble_set set = {};
	struct teredo_peer *peer;

	spin_lock_bh(&peers->lock);
	peer = teredo_peer_lookup(peers, &rx->src);
	if (peer)
		note_trailers(rx, peer);
	if (peer && solicited(rx) &&
	    judge(rx, peer, rx->from.addr) == TEREDO_LIMIT_PASS) {
		teredo_bubble_set_nonce(&set, peer);
		teredo_bubble_set_add(&set, teredo_endpoint_for_bubbles(rx),
				      rx->port);
		set.tr.has_nd = true;
		set.tr.nd = TEREDO_ND_ADVERTISEMENT;
	}
	spin_unlock_bh(&peers->lock);
	if (set.n)
		teredo_send_bubble_set(rx->td, rx->map, &rx->src, &set);
}
