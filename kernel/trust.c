// SPDX-License-Identifier: GPL-2.0
/*
 * Peer verification (RFC 4380 5.2.3, 5.2.9). A packet, or the reply to a connectivity
 * test, proves the endpoint of a peer. The peer becomes trusted there, and its queued
 * packets are released.
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
 * teredo_queue_release() - send and deliver packets of a verified peer
 * @td: device
 * @peer: peer, verified at @peer->ep
 * @w: the packets, consumed
 *
 * A received packet from another endpoint than @peer->ep is not verified, and is
 * dropped.
 *
 * Context: BH off, RCU; peers->lock not held.
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

/* Send and deliver the queued packets. Called and returns with peers->lock held, but
 * drops the lock to send. Until this returns the peer is not usable, so that newer
 * packets are queued behind.
 * Return: true if the peer and its probe still exist.
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

/* Check whether a packet comes from a usable peer while a test is under way. The test
 * may be of another endpoint, so it continues.
 */
static bool other_test(const struct teredo_peer *peer)
{
	return teredo_peer_usable(peer) && test_alive(peer->probe);
}

/* End the attempt to reach a peer that is verified at local port @port. Called and
 * returns with peers->lock held, see release().
 * Return: false if the entry was removed in the meantime.
 */
static bool end_attempt(struct teredo_dev *td, struct teredo_peer *peer,
			__be16 port, struct teredo_waiting *w)
{
	/* the service port works, so no random port is needed (RFC 6081 5.4.4.5) */
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

/* Trust the peer at @from, as seen from local port @port. The proof is a packet, or the
 * reply to a connectivity test if @by_test.
 * Return: false if there is no room for the peer.
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
		/* local discovery has set @rx: not usable before release() has ended */
		WRITE_ONCE(peer->rx, jiffies - TEREDO_PEER_FRESH);
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
 * teredo_trust() - trust a peer at the endpoint that a packet proved
 * @td: device
 * @addr: IPv6 address of the peer
 * @from: verified endpoint
 * @port: local port that received the packet, network byte order
 *
 * The queued packets are sent, in order, before the peer becomes usable.
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: true if the packet can be accepted; false if there is no room for the peer.
 */
bool teredo_trust(struct teredo_dev *td, const struct in6_addr *addr,
		  struct teredo_endpoint from, __be16 port)
{
	return trust(td, addr, from, port, false);
}

/**
 * teredo_trust_at() - trust a peer at another endpoint than the source of a packet
 * @rx: packet that verifies the peer
 * @to: endpoint to send to; may be the source of @rx
 *
 * The source of @rx becomes the secondary endpoint: later packets from there are
 * accepted as well.
 *
 * Context: BH off, RCU; peers->lock not held.
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
 * teredo_rx_trust() - trust the source of a datagram, and accept the datagram
 * @rx: datagram that proves its outer source to be the peer's endpoint, consumed
 *
 * Context: BH off, RCU; peers->lock not held.
 */
void teredo_rx_trust(struct teredo_rx *rx)
{
	if (teredo_trust(rx->td, &rx->src, rx->from, rx->port))
		teredo_rx_accept(rx);
	else
		teredo_rx_drop(rx, TEREDO_RX_DROP_PEER_LIMIT);
}

/**
 * teredo_test_answered() - check for the reply to a connectivity test, and trust the peer
 * @td: device
 * @ip6: received IPv6 packet, linear
 * @len: length of @ip6 in octets
 * @from: outer source
 * @port: local port that received the packet, network byte order
 *
 * RFC 4380 5.2.3 rule 2 (row P-14). The reply is not delivered to the stack, as no
 * program on the host has sent the request.
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: true if the packet is such a reply.
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
