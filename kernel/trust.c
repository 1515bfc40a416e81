// SPDX-License-Identifier: GPL-2.0
/*
 * Peer verification: mark a peer trusted at the endpoint that a packet, or the reply
 * to a connectivity test, proved, and release its queued packets (RFC 4380 5.2.3,
 * 5.2.9).
 */
#include <linux/list.h>
#include <linux/skbuff.h>

#include "attempt.h"
#include "burst.h"
#include "decap.h"
#include "device.h"
#include "encap.h"
#include "peer.h"
#include "probe.h"
#include "queue.h"
#include "random-port.h"
#include "stats.h"
#include "trace.h"
#include "trust.h"

/**
 * teredo_queue_release - send and deliver packets
 * @td: device
 * @peer: whose they are; where it is has been proven
 * @w: the packets, consumed
 *
 * Those that came from elsewhere have not been proven by that.
 *
 * Context: BH off, RCU; table not locked.
 */
static void teredo_queue_release(struct teredo_dev *td,
				 struct teredo_peer *peer,
				 struct teredo_waiting *w)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&w->out)))
		teredo_output(td, skb, peer);
	while ((skb = __skb_dequeue(&w->in))) {
		if (teredo_endpoint_equal(teredo_queue_from(skb), peer->ep))
			teredo_deliver(td, skb);
		else
			teredo_drop(td, skb, TEREDO_RX_DROP_UNVERIFIED);
	}
}

/* Called and returns with the table locked, but opens it to send. While it
 * is open the peer is not usable, so newer packets queue up behind.
 * Return: the peer is still there, and so is its probe.
 */
static bool release(struct teredo_dev *td, struct teredo_peer *peer)
{
	struct teredo_peers *peers = td->peers;
	struct teredo_probe *probe = peer->probe;
	struct teredo_waiting w;
	int round;

	probe->releasing = true;
	teredo_probe_disarm(peers, probe);
	for (round = 0; round < TEREDO_RELEASE_ROUNDS && probe->bytes;
	     round++) {
		teredo_waiting_init(&w);
		teredo_dequeue(td, probe, &w);
		spin_unlock_bh(&peers->lock);
		teredo_queue_release(td, peer, &w);
		spin_lock_bh(&peers->lock);
		if (teredo_peer_lookup(peers, &peer->addr) != peer)
			return false;
	}
	return true;
}

static bool test_alive(const struct teredo_probe *probe)
{
	return probe->testing &&
	       time_before(jiffies, probe->tested + TEREDO_TEST_LIFE);
}

/* A usable peer has been heard from again while a test is under way, maybe
 * of another endpoint: that goes on.
 */
static bool other_test(const struct teredo_peer *peer)
{
	return teredo_peer_usable(peer) && test_alive(peer->probe);
}

/* End the attempt to reach a peer that is verified at local port @port. Called and
 * returns with the table locked, see release().
 * Return: false if the entry has gone in the meantime.
 */
static bool end_attempt(struct teredo_dev *td, struct teredo_peer *peer,
			__be16 port, struct teredo_waiting *w)
{
	/* the service port will do (RFC 6081 5.4.4.5) */
	if (port == td->cfg.port)
		teredo_port_release(td, peer);
	teredo_burst_keep(td, peer, port);
	if (!peer->probe)
		return true;
	if (!release(td, peer))
		return false;
	teredo_dequeue(td, peer->probe, w);
	teredo_probe_unlink(td, peer);
	return true;
}

/* A packet, or the reply to a test of ours, has proven the peer to be at
 * @from, as seen from local port @port. Return: false if there is no room for
 * it.
 */
static bool trust(struct teredo_dev *td, const struct in6_addr *addr,
		  struct teredo_endpoint from, __be16 port, bool by_test)
{
	struct teredo_peers *peers = td->peers;
	struct teredo_peer *peer;
	struct teredo_waiting w;
	bool news;

	teredo_waiting_init(&w);
	spin_lock_bh(&peers->lock);
	peer = teredo_peer_make(td, addr, false);
	if (!peer)
		goto refused;
	news = !teredo_peer_usable(peer) ||
	       !teredo_peer_at(peer, from, port);
	if (peer->probe && peer->probe->releasing)
		goto accepted;
	if (!peer->trusted) {
		teredo_peer_prove(peer, from, port);
	} else if (!teredo_peer_at(peer, from, port)) {
		/* accept the packet, but keep the entry as it is */
		if (!by_test && !teredo_peer_may_move(peer)) {
			peer->alt = from;
			peer->alt_sport = port;
			goto accepted;
		}
		peer = teredo_peer_move(peers, peer, from, port);
		if (!peer)
			goto refused;
	} else if (peer->probe && other_test(peer)) {
		teredo_dequeue_out(td, peer->probe, &w);
		goto heard;
	}
	if (!end_attempt(td, peer, port, &w))
		goto accepted;
heard:
	WRITE_ONCE(peer->rx, jiffies);
	if (by_test)
		WRITE_ONCE(peer->tested, peer->rx);
	if (news)
		trace_teredo_peer(td, peer, "trusted");
accepted:
	spin_unlock_bh(&peers->lock);
	teredo_queue_release(td, peer, &w);
	return true;

refused:
	spin_unlock_bh(&peers->lock);
	return false;
}

/**
 * teredo_trust - a packet has proven that a peer is at an endpoint
 * @td: device
 * @addr: the peer's address
 * @from: the endpoint
 * @port: local port that the packet came to, network byte order
 *
 * What waits for the peer is sent, in order, before it becomes usable.
 *
 * Context: BH off, RCU; table not locked.
 * Return: true if the packet is to be accepted; false if there is no room
 * for the peer.
 */
bool teredo_trust(struct teredo_dev *td, const struct in6_addr *addr,
		  struct teredo_endpoint from, __be16 port)
{
	return trust(td, addr, from, port, false);
}

/**
 * teredo_trust_at() - trust a peer at an endpoint, heard from this one or another
 * @rx: packet that proves to be the peer's
 * @to: the endpoint
 *
 * What comes later from where @rx has come from is the peer's as well.
 *
 * Context: BH off, RCU; table not locked.
 * Return: false if there is no room for the peer.
 */
bool teredo_trust_at(const struct teredo_rx *rx, struct teredo_endpoint to)
{
	struct teredo_peers *peers = rx->td->peers;
	struct teredo_peer *peer;

	if (!teredo_trust(rx->td, &rx->src, to, rx->port))
		return false;
	if (teredo_endpoint_equal(to, rx->from))
		return true;
	spin_lock_bh(&peers->lock);
	peer = teredo_peer_lookup(peers, &rx->src);
	if (peer) {
		peer->alt = rx->from;
		peer->alt_sport = rx->port;
	}
	spin_unlock_bh(&peers->lock);
	return true;
}

/**
 * teredo_rx_trust - make the source a trusted peer, and accept
 * @rx: datagram whose outer source is proven to be the peer, consumed
 */
void teredo_rx_trust(struct teredo_rx *rx)
{
	if (teredo_trust(rx->td, &rx->src, rx->from, rx->port))
		teredo_rx_accept(rx);
	else
		teredo_rx_drop(rx, TEREDO_RX_DROP_PEER_LIMIT);
}

/**
 * teredo_test_answered - is this the reply to a connectivity test
 * @td: device
 * @ip6: received packet, in one piece
 * @len: its length
 * @from: outer source
 * @port: local port that it came to, network byte order
 *
 * If it is, the peer is trusted from now on and the packet is used up: nobody
 * on the host has asked for it (RFC 4380 5.2.3 rule 2, row P-14).
 *
 * Context: BH off, RCU; table not locked.
 * Return: true if it was.
 */
bool teredo_test_answered(struct teredo_dev *td, const u8 *ip6, size_t len,
			  struct teredo_endpoint from, __be16 port)
{
	struct teredo_peer *peer;
	struct in6_addr src;
	bool is_ours = false;

	if (teredo_icmp_type(ip6, len) != TEREDO_ICMP_ECHO_REPLY)
		return false;
	memcpy(&src, ip6 + 8, sizeof(src));

	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_lookup(td->peers, &src);
	if (peer && peer->probe && test_alive(peer->probe)) {
		is_ours = teredo_is_echo_reply(ip6, len, &peer->probe->echo);
		if (is_ours)
			peer->probe->testing = false;
	}
	spin_unlock_bh(&td->peers->lock);

	if (is_ours)
		trust(td, &src, from, port, true);
	return is_ours;
}
