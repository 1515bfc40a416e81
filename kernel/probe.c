// SPDX-License-Identifier: GPL-2.0
/*
 * Peer probing: hole punching for Teredo peers, connectivity tests for native hosts
 * (RFC 4380 5.2.4 to 5.2.6, 5.2.9).
 *
 * A packet to a peer that is not usable begins an attempt. The attempt sends bubbles or a
 * test up to four times, two seconds apart, even if no packet waits. Up to three
 * solicitations come in addition (RFC 6081 5.7), the last one with the first bubbles. An
 * answer ends the attempt, see trust.c. Without an answer the senders get ICMPv6 errors,
 * see unreach.c.
 * Steps are decided under peers->lock and transmitted after releasing it.
 */
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/skbuff.h>
#include <net/icmp.h>

#include "attempt.h"
#include "bubble-set.h"
#include "bubble.h"
#include "device.h"
#include "discovery.h"
#include "encap.h"
#include "nat.h"
#include "peer.h"
#include "probe.h"
#include "queue.h"
#include "random-port.h"
#include "stats.h"
#include "symmetric.h"
#include "trace.h"
#include "unreach.h"

enum action {
	ACT_NONE,
	ACT_BUBBLES,
	ACT_TEST,
	ACT_REFUSE,	/* the peer is in back-off */
};

/**
 * struct probe_action - what to send after releasing peers->lock
 * @map: own mapping
 * @act: kind of packet
 * @echo: the test, for ACT_TEST
 * @set: the bubbles, for ACT_BUBBLES
 * @last: last solicitation, sent before @set
 */
struct probe_action {
	const struct teredo_mapping *map;
	enum action act;
	struct teredo_echo echo;
	struct teredo_bubble_set set;
	struct teredo_bubble_set last;
};

static bool is_teredo(const struct teredo_dev *td, const struct in6_addr *addr)
{
	return teredo_is_teredo(addr, td->cfg.prefix);
}

/**
 * teredo_probe_next() - compute when the worker must run next
 * @td: device
 *
 * Context: peers->lock held.
 * Return: jiffies from now, 0 if an event is due.
 */
unsigned long teredo_probe_next(struct teredo_dev *td)
{
	struct teredo_probe *probe = teredo_probe_first(td->peers);
	long delay;

	delay = min(TEREDO_AGE_INTERVAL, teredo_ports_delay(td));
	if (probe)
		delay = min(delay, (long)(probe->next - jiffies));
	return min_t(unsigned long, max(delay, 0L), teredo_discovery_next(td));
}

/* Schedule the next step of the attempt for probe->next. Wake the worker if this step is
 * due before all others.
 */
static void arm(struct teredo_dev *td, struct teredo_probe *probe)
{
	teredo_probe_insert(td->peers, probe);
	if (teredo_probe_first(td->peers) == probe)
		mod_delayed_work(teredo_wq, &td->probe_work,
				 teredo_probe_next(td));
}

/* Fill the bubble set that a test or a burst has delayed. The set stays empty if the
 * peer is usable now, or if other bubbles were sent within the last two seconds. The
 * next try is postponed accordingly. Context: peers->lock held.
 */
static void catch_up(struct teredo_dev *td, const struct teredo_mapping *map,
		     struct teredo_peer *peer, struct teredo_bubble_set *set)
{
	struct teredo_probe *probe = peer->probe;

	if (!probe || teredo_peer_usable(peer) ||
	    !teredo_bubble_set_allowed(probe))
		return;
	teredo_bubble_set_fill(td, map, probe, set);
	if (!teredo_probe_pending(probe))
		return;
	teredo_probe_disarm(td->peers, probe);
	probe->next = jiffies + TEREDO_PROBE_INTERVAL;
	arm(td, probe);
}

/**
 * teredo_probe_resume() - send the bubble set that waited for a test or a burst
 * @td: device
 * @map: own mapping
 * @addr: address of the peer; nothing is sent if the peer is usable or was removed
 *
 * Context: BH off, RCU; peers->lock not held.
 */
void teredo_probe_resume(struct teredo_dev *td, const struct teredo_mapping *map,
			 const struct in6_addr *addr)
{
	struct teredo_bubble_set set = {};
	struct teredo_peer *peer;

	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_lookup(td->peers, addr);
	if (peer)
		catch_up(td, map, peer, &set);
	spin_unlock_bh(&td->peers->lock);
	teredo_send_bubble_set(td, map, addr, &set);
}

/* Use the same nonce in every try, so that a late reply still counts. */
static void try_test(struct teredo_probe *probe, struct probe_action *action)
{
	if (!probe->tries) {
		get_random_bytes(&probe->echo, sizeof(probe->echo));
		probe->tested = jiffies;
		probe->testing = true;
		probe->n_tests = 0;
	}
	probe->n_tests++;
	action->act = ACT_TEST;
	action->echo = probe->echo;
}

/* Solicit a peer directly at its last endpoint, to spare its server (RFC 6081 5.7).
 * This is no bubble in the sense of RFC 4380 5.2.6 and is not charged. The last
 * solicitation is sent together with a bubble set.
 */
static void solicit(struct teredo_probe *probe, struct teredo_bubble_set *set)
{
	struct teredo_peer *peer = probe->peer;

	memset(set, 0, sizeof(*set));
	teredo_bubble_set_add(set, peer->ep, peer->sport);
	teredo_bubble_set_nonce(set, peer);
	set->tr.has_nd = true;
	set->tr.nd = TEREDO_ND_SOLICITATION;
	probe->solicits--;
}

static void try_peer(struct teredo_dev *td, struct teredo_probe *probe,
		     struct probe_action *action)
{
	action->act = ACT_BUBBLES;
	/* RFC 4380 5.2.8 (row T-07): first try the link, to spare the peer's server. */
	if (!probe->tries &&
	    teredo_discovery_add(td, probe->peer, &action->set)) {
		teredo_bubble_set_charge(probe, &action->set);
		probe->tries++;
		return;
	}
	if (probe->solicits > 1) {
		solicit(probe, &action->set);
		return;
	}
	if (probe->solicits)
		solicit(probe, &action->last);
	teredo_bubble_set_fill(td, action->map, probe, &action->set);
	probe->tries++;
}

/* Check whether nothing was sent for this attempt yet. */
static bool at_start(const struct teredo_probe *probe)
{
	return !probe->tries &&
	       (!probe->solicits || probe->solicits == TEREDO_SOLICITATIONS);
}

static void try_once(struct teredo_dev *td, struct teredo_probe *probe,
		     struct probe_action *action)
{
	if (at_start(probe) && !teredo_peer_usable(probe->peer))
		trace_teredo_peer(td, probe->peer, "probing");
	if (is_teredo(td, &probe->peer->addr)) {
		try_peer(td, probe, action);
	} else {
		try_test(probe, action);
		probe->tries++;
	}
	probe->next = jiffies + TEREDO_PROBE_INTERVAL;
	arm(td, probe);
}

static bool under_way(const struct teredo_probe *probe)
{
	return teredo_probe_pending(probe) || probe->releasing;
}

/* Check whether a peer was verified, and no packet was exchanged for as long as a NAT
 * mapping may last (RFC 6081 5.7, row T-10). A peer that has not sent trailers of RFC
 * 6081 would not answer, which costs four seconds. Peers on the link are discovered by
 * multicast instead (row T-07).
 */
static bool worth_soliciting(const struct teredo_dev *td,
			     const struct teredo_peer *peer)
{
	if (teredo_discovery_knows(td, peer))
		return false;
	return READ_ONCE(td->cfg.solicit) && peer->trusted && peer->extended &&
	       !time_before(jiffies, READ_ONCE(peer->tx) + TEREDO_PEER_FRESH);
}

/* Begin an attempt for an outgoing packet, unless one is under way. */
static void begin(struct teredo_dev *td, struct teredo_probe *probe,
		  struct probe_action *action)
{
	unsigned long clear = jiffies;

	action->act = ACT_NONE;
	probe->unsolicited = false;
	if (under_way(probe))
		return;

	action->act = ACT_REFUSE;
	if (is_teredo(td, &probe->peer->addr)) {
		if (!teredo_bubble_set_in_budget(probe))
			return;
		clear = teredo_bubble_set_next(probe);
	} else if (probe->failed && probe->n_tests &&
		   time_before(jiffies, probe->tested + TEREDO_TEST_REST)) {
		return;
	}
	action->act = ACT_NONE;
	probe->failed = false;
	probe->tries = 0;
	probe->solicits = worth_soliciting(td, probe->peer) ?
			  TEREDO_SOLICITATIONS : 0;
	if (!time_before(jiffies, clear)) {
		try_once(td, probe, action);
	} else {
		probe->next = clear;
		arm(td, probe);
	}
}

/* Begin a test for a received packet, unless one is under way. */
static void begin_unsolicited(struct teredo_dev *td,
			      struct teredo_probe *probe,
			      struct probe_action *action)
{
	action->act = ACT_NONE;
	if (under_way(probe))
		return;
	probe->unsolicited = true;
	probe->tries = 0;
	try_once(td, probe, action);
}

/* Check whether a received packet can cause a test of its source. Any host can forge
 * such packets. So a device-wide limit applies before an entry is created, and a limit
 * of one test in two seconds to each source.
 */
static bool test_allowed(struct teredo_dev *td, const struct teredo_peer *peer,
			 struct teredo_endpoint from)
{
	const struct teredo_probe *probe = peer ? peer->probe : NULL;

	if (probe && under_way(probe))
		return true;
	if (probe && probe->tries &&
	    time_before(jiffies, probe->tested + TEREDO_PROBE_INTERVAL))
		return false;
	return teredo_test_allowed(td, from.addr);
}

static void run_action(struct teredo_dev *td, const struct in6_addr *addr,
		       const struct probe_action *action)
{
	if (action->act == ACT_BUBBLES && action->last.n)
		teredo_send_bubble_set(td, action->map, addr, &action->last);
	if (action->act == ACT_BUBBLES)
		teredo_send_bubble_set(td, action->map, addr, &action->set);
	else if (action->act == ACT_TEST)
		teredo_send_test(td, action->map, addr, &action->echo);
}

/**
 * teredo_probe_start() - begin an attempt to reach a peer
 * @td: device
 * @map: own mapping
 * @addr: address of the peer
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: 0; -EADDRNOTAVAIL if an IPv4 address in @addr is not global unicast or its
 * port is 0, -ENOBUFS if there is no room, -EBUSY if the peer is in back-off.
 */
int teredo_probe_start(struct teredo_dev *td, const struct teredo_mapping *map,
		       const struct in6_addr *addr)
{
	struct teredo_probe *probe;
	struct teredo_peer *peer;
	struct probe_action action = { .map = map };

	if (is_teredo(td, addr) && !teredo_reachable(addr))
		return -EADDRNOTAVAIL;

	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_make(td, addr, true);
	probe = teredo_probe_get(td, peer);
	if (!probe) {
		spin_unlock_bh(&td->peers->lock);
		return -ENOBUFS;
	}
	begin(td, probe, &action);
	spin_unlock_bh(&td->peers->lock);

	run_action(td, addr, &action);
	return action.act == ACT_REFUSE ? -EBUSY : 0;
}

/**
 * teredo_probe_refresh() - refresh a peer before its entry expires
 * @td: device
 * @map: own mapping
 * @addr: address of a peer that packets are being sent to, but that has sent none for
 *	%TEREDO_PEER_REFRESH, or is silent
 *
 * Without a refresh, a one-way flow would stall every 30 s until bubbles have made the
 * round trip. RFC 6081 5.1 allows bubbles before that. At most two of the four bubbles
 * are used, which leaves two for a later attempt. Silence alone only causes a
 * connectivity test, which can find another relay.
 *
 * Context: BH off, RCU; peers->lock not held.
 */
void teredo_probe_refresh(struct teredo_dev *td,
			  const struct teredo_mapping *map,
			  const struct in6_addr *addr)
{
	struct probe_action action = { .map = map };
	struct teredo_probe *probe = NULL;
	struct teredo_peer *peer;

	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_lookup(td->peers, addr);
	if (peer && !peer->probe)
		probe = teredo_probe_get(td, peer);
	if (probe) {
		if (peer->silences < TEREDO_PEER_SILENCES)
			WRITE_ONCE(peer->silences, peer->silences + 1);
		/* the next silence is measured from this test on */
		WRITE_ONCE(peer->wait, jiffies);
		try_once(td, probe, &action);
	}
	spin_unlock_bh(&td->peers->lock);

	run_action(td, addr, &action);
}

/* The bubbles of an attempt are charged to the source that began it. If a limit has
 * refused them, charge the next source whose packet waits: a source over its share must
 * not delay packets of other sources.
 */
static void note_cause(struct teredo_probe *probe, const struct sk_buff *skb)
{
	if (!probe->unsent)
		return;
	probe->cause = ipv6_hdr(skb)->saddr;
	probe->unsent = false;
}

/* Queue the packet for the peer and begin an attempt. If the queue is full, the newest
 * packet is dropped, so that the others stay in order. The attempt continues.
 * Context: peers->lock held.
 * Return: true if the packet is consumed; else false, with the reason in @why, and in
 * @tell whether the sender gets an ICMPv6 error.
 */
static bool queue_out(struct teredo_dev *td, struct teredo_peer *peer,
		      struct sk_buff *skb, struct probe_action *action,
		      enum teredo_counter *why, bool *tell)
{
	struct teredo_probe *probe = teredo_probe_get(td, peer);

	*tell = true;
	*why = TEREDO_TX_DROP_PEER_LIMIT;
	if (!probe)
		return false;
	*why = TEREDO_TX_DROP_NO_ANSWER;
	if (!under_way(probe))
		probe->cause = ipv6_hdr(skb)->saddr;
	begin(td, probe, action);
	if (action->act == ACT_REFUSE)
		return false;
	if (teredo_queue_out(td, probe, skb)) {
		note_cause(probe, skb);
		return true;
	}
	*why = TEREDO_TX_DROP_QUEUE_FULL;
	*tell = teredo_queue_tells(probe, skb);
	return false;
}

/**
 * teredo_probe_xmit() - queue a packet to a peer that is not usable, and probe the peer
 * @td: device
 * @map: own mapping
 * @skb: packet, consumed
 *
 * RFC 4380 5.2.4 (rows T-06, T-08 and T-11).
 *
 * Context: BH off, RCU; peers->lock not held.
 */
void teredo_probe_xmit(struct teredo_dev *td, const struct teredo_mapping *map,
		       struct sk_buff *skb)
{
	const struct in6_addr dst = ipv6_hdr(skb)->daddr;
	struct probe_action action = { .map = map };
	struct teredo_peer *peer;
	enum teredo_counter why;
	bool queued, tell;

	if (is_teredo(td, &dst) && !teredo_reachable(&dst)) {
		teredo_drop(td, skb, TEREDO_TX_DROP_EMBEDDED);
		return;
	}
	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_make(td, &dst, true);
	if (peer && teredo_peer_usable(peer)) {
		/* the peer has answered since the look-up without the lock */
		spin_unlock_bh(&td->peers->lock);
		teredo_output(td, skb, peer);
		return;
	}
	queued = queue_out(td, peer, skb, &action, &why, &tell);
	spin_unlock_bh(&td->peers->lock);

	run_action(td, &dst, &action);
	if (!queued && tell)
		teredo_reject(td, skb, why);
	else if (!queued)
		teredo_drop(td, skb, why);
}

/**
 * teredo_probe_hold() - queue a received packet until its source is verified
 * @td: device
 * @map: own mapping
 * @skb: decapsulated packet from a native source, consumed
 * @from: outer source
 *
 * RFC 4380 5.2.3 rule 6 (row P-21). A usable peer stays usable, independent of the
 * result. The source is tested even if there is no room for the packet. Otherwise a
 * full queue would cause its next packet to be dropped as well.
 *
 * Context: BH off, RCU; peers->lock not held.
 */
void teredo_probe_hold(struct teredo_dev *td, const struct teredo_mapping *map,
		       struct sk_buff *skb, struct teredo_endpoint from)
{
	const struct in6_addr addr = ipv6_hdr(skb)->saddr;
	enum teredo_counter why = TEREDO_RX_HELD;
	struct probe_action action = { .map = map };
	struct teredo_peers *peers = td->peers;
	struct teredo_probe *probe = NULL;
	struct teredo_peer *peer;

	spin_lock_bh(&peers->lock);
	peer = teredo_peer_lookup(peers, &addr);
	if (!test_allowed(td, peer, from)) {
		why = TEREDO_RX_DROP_RATE;
		goto unlock;
	}
	peer = teredo_peer_make(td, &addr, false);
	probe = teredo_probe_get(td, peer);
	if (!probe) {
		why = TEREDO_RX_DROP_PEER_LIMIT;
		goto unlock;
	}
	begin_unsolicited(td, probe, &action);
	if (!teredo_queue_in(td, probe, skb, from))
		why = TEREDO_RX_DROP_QUEUE_FULL;
unlock:
	spin_unlock_bh(&peers->lock);

	if (why == TEREDO_RX_HELD)
		teredo_count(td, why);
	else
		teredo_drop(td, skb, why);
	run_action(td, &addr, &action);
}

/* Check whether the attempt is a refresh: no packet waits, and the peer is usable. See
 * teredo_probe_refresh().
 */
static bool refreshing(const struct teredo_probe *probe)
{
	return !probe->bytes && teredo_peer_usable(probe->peer);
}

static u8 tries_allowed(const struct teredo_probe *probe)
{
	if (refreshing(probe))
		return TEREDO_REFRESH_TRIES;
	return probe->unsolicited ? TEREDO_HOLD_TRIES : TEREDO_PROBE_TRIES;
}

static bool try_again(struct teredo_dev *td, const struct teredo_probe *probe)
{
	return probe->tries < tries_allowed(probe) &&
	       (!is_teredo(td, &probe->peer->addr) ||
		teredo_bubble_set_in_budget(probe));
}

/* End an attempt without an answer. A refresh ends without further effect. The probe of
 * a Teredo peer is kept if it has sent bubbles, as it holds their times.
 */
static void end_attempt(struct teredo_dev *td, struct teredo_probe *probe,
			struct teredo_waiting *w)
{
	struct teredo_peer *peer = probe->peer;

	if (!refreshing(probe)) {
		probe->failed = !probe->unsolicited;
		if (probe->failed)
			trace_teredo_peer(td, peer, "failed");
		teredo_port_release(td, peer);
		teredo_dequeue(td, probe, w);
	} else if (!is_teredo(td, &peer->addr) || !probe->n_sent) {
		teredo_probe_unlink(td, peer);
	}
}

/**
 * teredo_probe_step() - take the next step of the first attempt that is due
 * @td: device
 * @map: own mapping
 *
 * Context: BH off, RCU; peers->lock not held.
 * Return: false if no attempt is due.
 */
bool teredo_probe_step(struct teredo_dev *td, const struct teredo_mapping *map)
{
	struct probe_action action = { .map = map };
	struct teredo_peers *peers = td->peers;
	struct teredo_probe *probe;
	struct in6_addr addr;
	struct teredo_waiting w;

	teredo_waiting_init(&w);
	spin_lock_bh(&peers->lock);
	probe = teredo_probe_first(peers);
	if (!probe || time_before(jiffies, probe->next)) {
		spin_unlock_bh(&peers->lock);
		return false;
	}
	teredo_probe_disarm(peers, probe);
	addr = probe->peer->addr;
	if (try_again(td, probe))
		try_once(td, probe, &action);
	else
		end_attempt(td, probe, &w);
	spin_unlock_bh(&peers->lock);

	run_action(td, &addr, &action);
	teredo_queue_reject(td, &w);
	return true;
}
