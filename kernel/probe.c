// SPDX-License-Identifier: GPL-2.0
/*
 * Peer probing: hole punching for Teredo peers, connectivity tests for native hosts
 * (RFC 4380 5.2.4 to 5.2.6, 5.2.9).
 *
 * A packet to a peer that is not usable begins an attempt. The attempt sends bubbles
 * or a test up to four times, two seconds apart, while packets wait. An answer ends
 * it, see trust.c. Without an answer the senders get ICMPv6 errors, see unreach.c.
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
	ACT_REFUSE,	/* the peer is to be left alone for now */
};

/**
 * struct probe_action - what to send once the lock is gone
 * @map: own mapping
 * @act: what
 * @echo: for ACT_TEST
 * @set: for ACT_BUBBLES
 * @last: a last solicitation before those
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
 * teredo_probe_next() - tell when the worker has to run next
 * @td: device
 *
 * Context: table locked.
 * Return: jiffies from now, 0 if something is due.
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

/* Lets the attempt wait for @next. Wakes the worker if it is due first. */
static void arm(struct teredo_dev *td, struct teredo_probe *probe)
{
	teredo_probe_insert(td->peers, probe);
	if (teredo_probe_first(td->peers) == probe)
		mod_delayed_work(teredo_wq, &td->probe_work,
				 teredo_probe_next(td));
}

/* Fills the bubble set that had to wait. It stays empty if it is not needed any
 * more, or if others were sent a moment ago. The next one is late by as much. Table
 * locked.
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
 * @addr: address of the peer; nothing is sent if the peer is usable or forgotten
 *
 * Context: BH off, RCU; table not locked.
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

/* The same nonce in every try: a late reply still counts. */
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

/* Asks a peer that was there a while ago without its server (RFC 6081 5.7): no
 * bubble in the sense of 5.2.6, so it does not count as one. With the last one
 * the server is asked as well.
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
	/* Row T-07: its server is spared if it is still on the link. */
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

/* nothing was sent for this attempt */
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

/* It was there, and nothing has been exchanged for as long as a mapping may last
 * (row T-10). Only with peers that have been seen to know RFC 6081: others would
 * not answer, and four seconds be lost. On our link there is another way (T-07).
 */
static bool worth_soliciting(const struct teredo_dev *td,
			     const struct teredo_peer *peer)
{
	if (teredo_discovery_knows(td, peer))
		return false;
	return READ_ONCE(td->cfg.solicit) && peer->trusted && peer->extended &&
	       !time_before(jiffies, READ_ONCE(peer->tx) + TEREDO_PEER_FRESH);
}

/* Begins an attempt for a packet of ours, unless one is under way. */
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

/* Begins a test for a received packet, unless one is under way. */
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

/* May a received packet make us test its source? Anybody can send such packets
 * with any source, so there are limits for all of them, asked before an entry
 * is made, and another one for each source.
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
 * teredo_probe_start - begin to open the way to a peer
 * @td: device
 * @map: own mapping
 * @addr: peer's address
 *
 * Context: BH off, RCU; table not locked.
 * Return: 0; -EADDRNOTAVAIL if its address cannot be reached, -ENOBUFS if
 * there is no room, -EBUSY if it did not answer and must be left alone.
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
 * teredo_probe_refresh - keep a usable peer usable
 * @td: device
 * @map: own mapping
 * @addr: the address of a peer that packets are being sent to, but that has
 *	not been heard from for %TEREDO_PEER_REFRESH, or is silent
 *
 * A flow in one direction would stall every 30 s until bubbles have made the
 * round trip again. RFC 6081 5.1 lets them be sent early; at most two are,
 * which leaves two for when it matters. Silence alone is a reason only for a
 * connectivity test, which may find another relay.
 *
 * Context: BH off, RCU; table not locked.
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
		/* the next silence counts from this test */
		WRITE_ONCE(peer->wait, jiffies);
		try_once(td, probe, &action);
	}
	spin_unlock_bh(&td->peers->lock);

	run_action(td, addr, &action);
}

/* The bubbles of an attempt count for the source that began it. If a limit has
 * refused them, the next source whose packet waits takes its place: a source over
 * its share must not hold up those of others.
 */
static void note_cause(struct teredo_probe *probe, const struct sk_buff *skb)
{
	if (!probe->unsent)
		return;
	probe->cause = ipv6_hdr(skb)->saddr;
	probe->unsent = false;
}

/* Queues the packet for the peer and begins an attempt. The newest is dropped
 * when full, so that what gets through stays in order, but the attempt goes on.
 * Table locked.
 * Return: true if the packet is taken, else false with the reason in @why, and
 * whether its sender is to know in @tell.
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
 * teredo_probe_xmit - send to a peer that is not usable as it is
 * @td: device
 * @map: own mapping
 * @skb: packet, consumed
 *
 * Rows T-06, T-08 and T-11.
 *
 * Context: BH off, RCU; table not locked.
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
		/* it answered since the look-up without the lock */
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
 * teredo_probe_hold - keep a received packet until its source is proven
 * @td: device
 * @map: own mapping
 * @skb: decapsulated packet from a native source, consumed
 * @from: its outer source
 *
 * RFC 4380 5.2.3 rule 6, row P-21. A usable peer stays so, whatever the
 * outcome. The source is tested even if there is no room for the packet, or a
 * full queue would keep it from being reached by its next one.
 *
 * Context: BH off, RCU; table not locked.
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

/* Nothing waits and nothing must: see teredo_probe_refresh() */
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

/* Without an answer. A refresh just ends. With a Teredo peer its probe stays if
 * bubbles were sent, as it knows when.
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
 * teredo_probe_step() - take the first attempt that is due one step further
 * @td: device
 * @map: own mapping
 *
 * Context: BH off, RCU; table not locked.
 * Return: false if none is due.
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
