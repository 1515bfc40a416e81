// SPDX-License-Identifier: GPL-2.0
/*
 * Reactions to received bubbles: direct bubbles to the sender, and what a bubble says
 * about the endpoints and the extensions of the peer.
 *
 * Answers count neither as transmission nor against the limit of four bubbles,
 * but any host can cause them: there is a limit for each peer, and one for all
 * that is fair between IPv4 addresses. What is decided under the table's lock is
 * sent after it was released.
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

/* how often one peer may make us answer */
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

/* An attempt of ours to reach the peer is under way: its own limit is enough. */
static bool wanted(const struct teredo_peer *peer)
{
	return peer && teredo_peer_being_reached(peer);
}

/* Where a bubble comes from as far as that can be known: from the server, the
 * origin that the server has seen, or the address that it has checked.
 */
static __be32 origin(const struct teredo_rx *rx)
{
	return rx->pkt.origin ? rx->pkt.from.addr : teredo_mapped(&rx->src).addr;
}

/* one bubble more to @from, or for it */
static enum teredo_limit_verdict judge(const struct teredo_rx *rx,
				       const struct teredo_peer *peer,
				       __be32 from)
{
	if (wanted(peer))
		return TEREDO_LIMIT_PASS;
	return teredo_limit_fair(rx->td->answers, from, 0, TEREDO_ANSWER_RATE);
}

/* A peer that has not been heard of for long may be back at the endpoint in
 * its address.
 */
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

/* nothing was exchanged for as long as a mapping may last */
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

/* A peer that has no random port is at the place in its address, and ours may
 * be what gets through to it; not before it has asked, since the NAT keeps the
 * port only for the first place that we send to.
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

/* The peer is behind the NAT that we are behind, as far as can be seen from
 * outside. Only then its inside address is of use, and only then do we write to
 * private addresses for it: strangers elsewhere have no say in that.
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

/* The nonce has come that teredo_bubble_rx_early() has waited for. A bubble with it goes
 * by the path that was noted, so data can follow.
 * Return: true if it can, and in @then the bubble that teredo_bubble_rx_early() has noted.
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

/* Our direct bubble may not reach a peer behind a symmetric NAT: let it send us
 * one (RFC 6081 3.1).
 */
static bool wants_bubble_set(const struct teredo_rx *rx,
			     const struct teredo_probe *probe)
{
	return READ_ONCE(rx->td->cfg.symmetric) &&
	       !teredo_peer_usable(probe->peer) &&
	       teredo_bubble_set_allowed(probe) &&
	       judge(rx, probe->peer, origin(rx)) == TEREDO_LIMIT_PASS;
}

/* Table locked. An entry is made only for what the limit allows. @then gets the path
 * that data can take after the answer, local port 0 for none.
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
	/* a new nonce would make the peer's entry forget the path */
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
 * teredo_bubble_rx_indirect - answer a bubble that came through the server
 * @rx: bubble of a peer, from an address that teredo_reachable() allows
 *
 * Row P-09. Direct bubbles open our NAT for the peer, and with its nonce show it
 * where we are. The bubble itself proves nothing, but one that came straight from
 * the peer before may have.
 *
 * Context: BH off, RCU; table not locked.
 * Return: TEREDO_LIMIT_PASS; TEREDO_LIMIT_RATE_USED also if there is no room for the
 * peer.
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

/* it comes from an endpoint that data may be sent to */
static bool possible(const struct teredo_rx *rx)
{
	return rx->from.port &&
	       (teredo_ipv4_is_global(rx->from.addr) ||
		(is_private(rx->from.addr) && same_nat(rx)));
}

/**
 * teredo_bubble_rx_repeats_nonce - does a bubble repeat our nonce
 * @rx: direct bubble from a Teredo source
 *
 * Row P-17: whoever knows the nonce got our bubble from the server in the
 * peer's address. It proves where the peer is whatever its address says.
 *
 * Context: BH off, RCU; table not locked.
 * Return: true if it does.
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

/* Pairs of bubbles that end the wait for the nonce of a peer, which may send none:
 * two seconds.
 */
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

/* Check whether the peer sees our packets come from the endpoint in our address, and
 * so accepts them without a nonce (RFC 6081 5.2.4.4).
 */
static bool seen_as_mapped(const struct teredo_rx *rx)
{
	return rx->port == rx->td->cfg.port && !teredo_nat_symmetric(rx->map) &&
	       is_outside(rx);
}

/* The peer has heard us on the link, and accepts packets from there (RFC 4380 5.2.8). */
static bool discovered(const struct teredo_rx *rx,
		       const struct teredo_peer *peer)
{
	return teredo_discovery_knows(rx->td, peer) &&
	       teredo_endpoint_equal(peer->lan, rx->from);
}

/* Only peers that know nonces are told of a random port, and a peer in use is
 * reached without the new path.
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

/* Check whether the peer would drop data on the path of this bubble: it does not see
 * the endpoint in our address, and we have not got the nonce that would verify our
 * packets. The nonce comes via the server, often later than a direct bubble.
 */
static bool too_early(const struct teredo_rx *rx,
		      const struct teredo_peer *peer)
{
	return !peer->nonce_received && teredo_uses_nonces(rx->td) &&
	       !seen_as_mapped(rx) && !discovered(rx, peer) &&
	       worth_waiting(rx, peer);
}

/* a peer in use is verified at another endpoint */
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

/* Table locked. */
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
 * teredo_bubble_rx_announce - let a peer know where we are before data does
 * @rx: direct bubble that repeats our nonce
 *
 * A peer that does not see us where our address says needs a bubble with its
 * nonce before data. Others save the time until they ask again (RFC 6081 6.4,
 * packet 11).
 *
 * Context: BH off, RCU; table not locked.
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

/* The peer closes that port when it hears us elsewhere (RFC 6081 5.4.4.5). */
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

/* The endpoint in use works: it was heard from while bubbles of one round, which come
 * by all paths, may still arrive.
 */
static bool is_alive(const struct teredo_peer *peer)
{
	return time_before(jiffies,
			   READ_ONCE(peer->rx) + TEREDO_PROBE_INTERVAL);
}

/* Check whether to stay at the endpoint of a peer that shows to be at another one. To
 * follow each bubble would move the two clients to different paths, and close random
 * ports that data is on its way to.
 */
static bool stays(const struct teredo_rx *rx, const struct teredo_peer *peer)
{
	return from_random_port(rx) || is_detour(rx) ||
	       (is_alive(peer) && !on_detour(rx, peer));
}

/* Once for each endpoint: two clients that answer each other's answers would never end.
 * The peer prefers the endpoint in use to the other two kinds.
 */
static bool worth_greeting(const struct teredo_rx *rx,
			   const struct teredo_peer *peer)
{
	return !is_noted(rx, peer) && !from_random_port(rx) && !is_detour(rx);
}

/**
 * teredo_bubble_rx_second() - check whether a bubble only adds a secondary endpoint
 * @rx: direct bubble of a proven source
 * @repeats: our nonce has proven the source
 *
 * As long as a peer can be reached where it is, only note that packets may come
 * from @rx->from, too. The peer is greeted there: should the path to the endpoint
 * in use be blocked, the peer can move to this one.
 *
 * Context: BH off, RCU; table not locked.
 * Return: true if it does.
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
 * @rx: direct bubble of a proven source
 *
 * The path is noted, and used once teredo_bubble_rx_indirect() knows the nonce.
 *
 * Context: BH off, RCU; table not locked.
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
 * teredo_bubble_rx_from_alt - is this from a place of a peer that it is not reached at
 * @rx: packet from a Teredo source
 *
 * Context: BH off, RCU; table not locked.
 * Return: true if the peer has proven to be there, too, a short time ago.
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
 * teredo_bubble_rx_direct - note what the bubble of a proven peer says
 * @rx: bubble that came straight from where the peer is
 *
 * A solicitation is answered by an advertisement (RFC 6081 5.7.4.2), which
 * itself is not.
 *
 * Context: BH off, RCU; table not locked.
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
