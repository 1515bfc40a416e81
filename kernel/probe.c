// SPDX-License-Identifier: GPL-2.0
/*
 * How a peer becomes one that data may be sent to and taken from.
 *
 * An attempt begins with a packet that has no proven way to go. It sends
 * bubbles or a connectivity test up to four times, two seconds apart, while
 * packets wait; it ends with an answer, and then they go out in order, or
 * without one, and then their senders are told. What is decided under the
 * table's lock is sent after it was released.
 */
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/skbuff.h>
#include <net/icmp.h>

#include "bubble.h"
#include "device.h"
#include "peer.h"
#include "port.h"
#include "probe.h"
#include "receive.h"
#include "stats.h"
#include "trace.h"
#include "xmit.h"

/* how often some of the table is looked at for idle peers */
#define TEREDO_AGE_INTERVAL	(10 * HZ)
/* a reply that comes later than this is not believed */
#define TEREDO_TEST_LIFE	(TEREDO_PROBE_TRIES * TEREDO_PROBE_INTERVAL)
/* Rounds of sending what came to wait meanwhile before a peer is usable: in
 * order if the sender is not faster than we are, and finite if it is.
 */
#define TEREDO_RELEASE_ROUNDS	4

/**
 * struct wait_cb - what is kept with a received packet that waits
 * @from: outer source
 */
struct wait_cb {
	struct teredo_endpoint from;
};

static struct wait_cb *wait_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct wait_cb) > sizeof(skb->cb));
	return (struct wait_cb *)skb->cb;
}

enum action {
	ACT_NONE,
	ACT_BUBBLES,
	ACT_TEST,
	ACT_REFUSE,	/* the peer is to be left alone for now */
};

/**
 * struct todo - what to send once the lock is gone
 * @map: own mapping
 * @act: what
 * @echo: for ACT_TEST
 * @call: for ACT_BUBBLES
 * @last: a last solicitation before those
 */
struct todo {
	const struct teredo_mapping *map;
	enum action act;
	struct teredo_echo echo;
	struct teredo_call call;
	struct teredo_call last;
};

static bool is_teredo(const struct teredo_dev *td, const struct in6_addr *addr)
{
	return teredo_is_teredo(addr, td->cfg.prefix);
}

/**
 * teredo_probe_get - the attempt to reach a peer, made if there is none
 * @td: device
 * @peer: entry, or NULL for none
 *
 * Without memory for it an entry that is not trusted goes, too: nothing would
 * become of it.
 *
 * Context: table locked.
 * Return: the attempt, or NULL.
 */
struct teredo_probe *teredo_probe_get(struct teredo_dev *td,
				      struct teredo_peer *peer)
{
	struct teredo_probe *probe;

	if (!peer || peer->probe)
		return peer ? peer->probe : NULL;
	probe = kzalloc_obj(*probe, GFP_ATOMIC | __GFP_NOWARN);
	if (!probe) {
		if (!peer->trusted)
			teredo_peer_remove(td, peer);
		return NULL;
	}
	probe->peer = peer;
	INIT_LIST_HEAD(&probe->pending);
	__skb_queue_head_init(&probe->out);
	__skb_queue_head_init(&probe->in);
	WRITE_ONCE(peer->probe, probe);
	return probe;
}

/* Puts the probe where it belongs in the order of @next and wakes the worker
 * if that is now the first.
 */
static void arm(struct teredo_dev *td, struct teredo_probe *probe)
{
	struct teredo_peers *peers = td->peers;
	struct teredo_probe *pos;
	long delay;

	/* nearly always the latest of all */
	list_for_each_entry_reverse(pos, &peers->pending, pending)
		if (!time_before(probe->next, pos->next))
			break;
	list_add(&probe->pending, &pos->pending);

	if (list_first_entry(&peers->pending, struct teredo_probe,
			     pending) != probe)
		return;
	delay = (long)(probe->next - jiffies);
	mod_delayed_work(teredo_wq, &td->probe_work, max(delay, 0L));
}

/* RFC 4380 5.2.6: four bubbles in 300 s, counted over all attempts */
static bool in_budget(const struct teredo_probe *probe)
{
	unsigned long oldest = probe->sent[probe->n_sent % TEREDO_PROBE_TRIES];

	return probe->n_sent < TEREDO_PROBE_TRIES ||
	       !time_before(jiffies, oldest + TEREDO_BUBBLE_WINDOW);
}

/* ... and none within two seconds of the last transmission */
static unsigned long next_bubble(const struct teredo_probe *probe)
{
	return READ_ONCE(probe->peer->tx) + TEREDO_PROBE_INTERVAL;
}

/**
 * teredo_probe_may_call - may a pair of bubbles be sent to a peer now
 * @probe: the attempt to reach it
 *
 * Context: table locked.
 * Return: true if the limits of RFC 4380 5.2.6 allow it.
 */
bool teredo_probe_may_call(const struct teredo_probe *probe)
{
	return in_budget(probe) && !time_before(jiffies, next_bubble(probe));
}

/* a new one for every bubble to the peer's server (RFC 6081 5.2.4.1) */
static __be32 new_nonce(struct teredo_peer *peer)
{
	peer->nonce_sent = (__force __be32)get_random_u32_above(0);
	peer->guesses = 0;
	return peer->nonce_sent;
}

/* RFC 6081 5.6.4.1: where a peer behind the same NAT may find us */
static void add_inside(const struct teredo_dev *td,
		       const struct teredo_mapping *map,
		       struct teredo_trailers *tr)
{
	if (!READ_ONCE(td->cfg.hairpin) || !map->local)
		return;
	tr->n_alternates = 1;
	tr->alternates[0].addr = map->local;
	tr->alternates[0].port = td->cfg.port;
}

/**
 * teredo_probe_call - a pair of bubbles is to be sent to a peer
 * @td: device
 * @map: own mapping
 * @probe: the attempt to reach it
 * @call: result; relays send the direct one only if they are behind a NAT
 *
 * Counts as transmission, and against the limit of four (RFC 4380 5.2.6).
 *
 * Context: table locked.
 */
void teredo_probe_call(struct teredo_dev *td, const struct teredo_mapping *map,
		       struct teredo_probe *probe, struct teredo_call *call)
{
	struct teredo_peer *peer = probe->peer;

	probe->sent[probe->n_sent++ % TEREDO_PROBE_TRIES] = jiffies;
	WRITE_ONCE(peer->tx, jiffies);

	memset(call, 0, sizeof(*call));
	call->indirect = true;
	if (td->cfg.mode == TEREDO_MODE_CLIENT || READ_ONCE(td->cfg.direct))
		teredo_call_add(call, teredo_mapped(&peer->addr), 0);
	if (td->cfg.mode != TEREDO_MODE_CLIENT || !teredo_call_wants_nonce(td))
		return;
	teredo_call_nonce(call, peer);
	call->server_tr.has_nonce = true;
	call->server_tr.nonce = new_nonce(peer);
	if (teredo_ports_wanted(td, map) && !teredo_peer_usable(peer))
		teredo_port_take(td, peer);
	teredo_port_call(peer, call);
	if (!teredo_peer_usable(peer))
		add_inside(td, map, &call->server_tr);
}

/* The same nonce in every try: a late reply still counts. */
static void try_test(struct teredo_probe *probe, struct todo *todo)
{
	if (!probe->tries) {
		get_random_bytes(&probe->echo, sizeof(probe->echo));
		probe->tested = jiffies;
		probe->testing = true;
	}
	todo->act = ACT_TEST;
	todo->echo = probe->echo;
}

/* Asks a peer that was there a while ago without its server (RFC 6081 5.7): no
 * bubble in the sense of 5.2.6, so it does not count as one. With the last one
 * the server is asked as well.
 */
static void solicit(struct teredo_probe *probe, struct teredo_call *call)
{
	struct teredo_peer *peer = probe->peer;

	memset(call, 0, sizeof(*call));
	teredo_call_add(call, peer->ep, peer->sport);
	teredo_call_nonce(call, peer);
	call->tr.has_nd = true;
	call->tr.nd = TEREDO_ND_SOLICITATION;
	probe->solicits--;
}

static void try_peer(struct teredo_dev *td, struct teredo_probe *probe,
		     struct todo *todo)
{
	todo->act = ACT_BUBBLES;
	if (probe->solicits > 1) {
		solicit(probe, &todo->call);
		return;
	}
	if (probe->solicits)
		solicit(probe, &todo->last);
	teredo_probe_call(td, todo->map, probe, &todo->call);
	probe->tries++;
}

/* nothing was sent for this attempt */
static bool at_start(const struct teredo_probe *probe)
{
	return !probe->tries &&
	       (!probe->solicits || probe->solicits == TEREDO_SOLICITATIONS);
}

static void try_once(struct teredo_dev *td, struct teredo_probe *probe,
		     struct todo *todo)
{
	if (at_start(probe) && !teredo_peer_usable(probe->peer))
		trace_teredo_peer(td, probe->peer, "probing");
	if (is_teredo(td, &probe->peer->addr)) {
		try_peer(td, probe, todo);
	} else {
		try_test(probe, todo);
		probe->tries++;
	}
	probe->next = jiffies + TEREDO_PROBE_INTERVAL;
	arm(td, probe);
}

static bool under_way(const struct teredo_probe *probe)
{
	return !list_empty(&probe->pending) || probe->releasing;
}

/* It was there, and nothing has been exchanged for as long as a mapping may last
 * (row T-10). Only with peers that have been seen to know RFC 6081: others would
 * not answer, and four seconds be lost.
 */
static bool worth_soliciting(const struct teredo_dev *td,
			     const struct teredo_peer *peer)
{
	return READ_ONCE(td->cfg.solicit) && peer->trusted && peer->extended &&
	       !time_before(jiffies, READ_ONCE(peer->tx) + TEREDO_PEER_FRESH);
}

/* Begins an attempt for a packet of ours, unless one is under way. */
static void begin(struct teredo_dev *td, struct teredo_probe *probe,
		  struct todo *todo)
{
	unsigned long clear = jiffies;

	todo->act = ACT_NONE;
	if (under_way(probe))
		return;

	todo->act = ACT_REFUSE;
	if (is_teredo(td, &probe->peer->addr)) {
		if (!in_budget(probe))
			return;
		clear = next_bubble(probe);
	} else if (probe->failed &&
		   time_before(jiffies, probe->tested + TEREDO_TEST_REST)) {
		return;
	}
	todo->act = ACT_NONE;
	probe->failed = false;
	probe->tries = 0;
	probe->solicits = worth_soliciting(td, probe->peer) ?
			  TEREDO_SOLICITATIONS : 0;
	if (!time_before(jiffies, clear)) {
		try_once(td, probe, todo);
	} else {
		probe->next = clear;
		arm(td, probe);
	}
}

/* Begins a test for a received packet, unless one is under way. */
static void begin_for_stranger(struct teredo_dev *td,
			       struct teredo_probe *probe, struct todo *todo)
{
	todo->act = ACT_NONE;
	if (under_way(probe))
		return;
	probe->tries = 0;
	try_once(td, probe, todo);
}

/* May a received packet make us test its source? Anybody can send such packets
 * with any source, so there is a limit for all of them, asked before an entry
 * is made, and another one for each source.
 */
static bool test_allowed(struct teredo_dev *td, const struct teredo_peer *peer)
{
	const struct teredo_probe *probe = peer ? peer->probe : NULL;

	if (probe && under_way(probe))
		return true;
	if (probe && probe->tries &&
	    time_before(jiffies, probe->tested + TEREDO_PROBE_INTERVAL))
		return false;
	return __ratelimit(&td->tests);
}

static void act_on(struct teredo_dev *td, const struct in6_addr *addr,
		   const struct todo *todo)
{
	if (todo->act == ACT_BUBBLES && todo->last.n)
		teredo_send_call(td, todo->map, addr, &todo->last);
	if (todo->act == ACT_BUBBLES)
		teredo_send_call(td, todo->map, addr, &todo->call);
	else if (todo->act == ACT_TEST)
		teredo_send_test(td, todo->map, addr, &todo->echo);
}

/* @total is the table's count of bytes, @max its bound. */
static bool has_room(const struct teredo_probe *probe,
		     const struct sk_buff_head *queue,
		     const struct sk_buff *skb, u32 total, u32 max)
{
	return skb_queue_len(queue) < TEREDO_QUEUE_PACKETS &&
	       probe->bytes + skb->truesize <= TEREDO_QUEUE_BYTES &&
	       total + skb->truesize <= max;
}

static void enqueue(struct teredo_probe *probe, struct sk_buff_head *queue,
		    struct sk_buff *skb, u32 *total)
{
	probe->bytes += skb->truesize;
	*total += skb->truesize;
	__skb_queue_tail(queue, skb);
}

static void dequeue(struct teredo_probe *probe, struct sk_buff_head *queue,
		    u32 *total, struct sk_buff_head *to)
{
	struct sk_buff *skb;

	skb_queue_walk(queue, skb) {
		probe->bytes -= skb->truesize;
		*total -= skb->truesize;
	}
	skb_queue_splice_tail_init(queue, to);
}

/**
 * struct waiting - packets that have waited
 * @out: to be sent
 * @in: to be delivered
 */
struct waiting {
	struct sk_buff_head out;
	struct sk_buff_head in;
};

static void waiting_init(struct waiting *w)
{
	__skb_queue_head_init(&w->out);
	__skb_queue_head_init(&w->in);
}

static void dequeue_out(struct teredo_dev *td, struct teredo_probe *probe,
			struct waiting *w)
{
	dequeue(probe, &probe->out, &td->peers->out_bytes, &w->out);
}

static void dequeue_all(struct teredo_dev *td, struct teredo_probe *probe,
			struct waiting *w)
{
	dequeue_out(td, probe, w);
	dequeue(probe, &probe->in, &td->peers->in_bytes, &w->in);
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
	struct todo todo = { .map = map };

	if (is_teredo(td, addr) && !teredo_reachable(addr))
		return -EADDRNOTAVAIL;

	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_make(td, addr, true);
	probe = teredo_probe_get(td, peer);
	if (!probe) {
		spin_unlock_bh(&td->peers->lock);
		return -ENOBUFS;
	}
	begin(td, probe, &todo);
	spin_unlock_bh(&td->peers->lock);

	act_on(td, addr, &todo);
	return todo.act == ACT_REFUSE ? -EBUSY : 0;
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
	struct todo todo = { .map = map };
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
		try_once(td, probe, &todo);
	}
	spin_unlock_bh(&td->peers->lock);

	act_on(td, addr, &todo);
}

static void refuse(struct teredo_dev *td, struct sk_buff *skb,
		   enum teredo_counter why)
{
	teredo_unreachable(td, skb);
	teredo_drop(td, skb, why);
}

/* The attempt is over: tells the senders of what has waited. */
static void give_up(struct teredo_dev *td, struct waiting *w)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&w->out)))
		refuse(td, skb, TEREDO_TX_DROP_NO_ANSWER);
	while ((skb = __skb_dequeue(&w->in)))
		teredo_drop(td, skb, TEREDO_RX_DROP_UNTESTED);
}

/* What may wait to be sent by this device. A relay has many senders. */
static u32 queue_limit(const struct teredo_dev *td)
{
	return max_t(u32, TEREDO_QUEUE_TOTAL,
		     READ_ONCE(td->cfg.max_peers) * TEREDO_QUEUE_PER_PEER);
}

/* Queues the packet for the peer and begins an attempt. The newest is dropped
 * when full, so that what gets through stays in order, but the attempt goes on.
 * Table locked.
 * Return: true if the packet is taken, else false with the reason in @why.
 */
static bool queue_out(struct teredo_dev *td, struct teredo_peer *peer,
		      struct sk_buff *skb, struct todo *todo,
		      enum teredo_counter *why)
{
	struct teredo_peers *peers = td->peers;
	struct teredo_probe *probe = teredo_probe_get(td, peer);

	*why = TEREDO_TX_DROP_PEER_LIMIT;
	if (!probe)
		return false;
	*why = TEREDO_TX_DROP_NO_ANSWER;
	begin(td, probe, todo);
	if (todo->act == ACT_REFUSE)
		return false;
	*why = TEREDO_TX_DROP_QUEUE_FULL;
	if (!has_room(probe, &probe->out, skb, peers->out_bytes,
		      queue_limit(td)))
		return false;
	enqueue(probe, &probe->out, skb, &peers->out_bytes);
	return true;
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
	struct todo todo = { .map = map };
	struct teredo_peer *peer;
	enum teredo_counter why;
	bool queued;

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
	queued = queue_out(td, peer, skb, &todo, &why);
	spin_unlock_bh(&td->peers->lock);

	act_on(td, &dst, &todo);
	if (!queued && why == TEREDO_TX_DROP_QUEUE_FULL)
		teredo_drop(td, skb, why);
	else if (!queued)
		refuse(td, skb, why);
}

/**
 * teredo_probe_hold - keep a received packet until its source is proven
 * @td: device
 * @map: own mapping
 * @skb: decapsulated packet from a native source, consumed
 * @from: its outer source
 *
 * RFC 4380 5.2.3 rule 6, row P-21. A usable peer stays so, whatever the
 * outcome.
 *
 * Context: BH off, RCU; table not locked.
 */
void teredo_probe_hold(struct teredo_dev *td, const struct teredo_mapping *map,
		       struct sk_buff *skb, struct teredo_endpoint from)
{
	const struct in6_addr addr = ipv6_hdr(skb)->saddr;
	enum teredo_counter why = TEREDO_RX_HELD;
	struct todo todo = { .map = map };
	struct teredo_peers *peers = td->peers;
	struct teredo_probe *probe = NULL;
	struct teredo_peer *peer;

	wait_cb(skb)->from = from;
	spin_lock_bh(&peers->lock);
	peer = teredo_peer_lookup(peers, &addr);
	if (!test_allowed(td, peer)) {
		why = TEREDO_RX_DROP_RATE;
		goto unlock;
	}
	peer = teredo_peer_make(td, &addr, false);
	probe = teredo_probe_get(td, peer);
	if (!probe) {
		why = TEREDO_RX_DROP_PEER_LIMIT;
	} else if (!has_room(probe, &probe->in, skb, peers->in_bytes,
			     TEREDO_HOLD_TOTAL)) {
		why = TEREDO_RX_DROP_HOLD_FULL;
	} else {
		enqueue(probe, &probe->in, skb, &peers->in_bytes);
		begin_for_stranger(td, probe, &todo);
	}
unlock:
	spin_unlock_bh(&peers->lock);

	if (why == TEREDO_RX_HELD)
		teredo_count(td, why);
	else
		teredo_drop(td, skb, why);
	act_on(td, &addr, &todo);
}

static void unlink_probe(struct teredo_peer *peer)
{
	struct teredo_probe *probe = peer->probe;

	WRITE_ONCE(peer->probe, NULL);
	list_del(&probe->pending);
	kfree(probe);
}

/* Sends and delivers what has waited for @peer, which is at peer->ep. */
static void let_go(struct teredo_dev *td, struct teredo_peer *peer,
		   struct waiting *w)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&w->out)))
		teredo_output(td, skb, peer);
	while ((skb = __skb_dequeue(&w->in))) {
		if (teredo_endpoint_equal(wait_cb(skb)->from, peer->ep))
			teredo_deliver(td, skb);
		else
			teredo_drop(td, skb, TEREDO_RX_DROP_UNTESTED);
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
	struct waiting w;
	int round;

	probe->releasing = true;
	list_del_init(&probe->pending);
	for (round = 0; round < TEREDO_RELEASE_ROUNDS && probe->bytes;
	     round++) {
		waiting_init(&w);
		dequeue_all(td, probe, &w);
		spin_unlock_bh(&peers->lock);
		let_go(td, peer, &w);
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

/* A packet, or the reply to a test of ours, has proven the peer to be at
 * @from, as seen from local port @port. Return: false if there is no room for
 * it.
 */
static bool trust(struct teredo_dev *td, const struct in6_addr *addr,
		  struct teredo_endpoint from, __be16 port, bool by_test)
{
	struct teredo_peers *peers = td->peers;
	struct teredo_peer *peer;
	struct waiting w;
	bool news;

	waiting_init(&w);
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
		peer = teredo_peer_move(peers, peer, from, port);
		if (!peer)
			goto refused;
	} else if (peer->probe && other_test(peer)) {
		dequeue_out(td, peer->probe, &w);
		goto heard;
	}
	/* the service port will do (RFC 6081 5.4.4.5) */
	if (port == td->cfg.port)
		teredo_port_release(td, peer);
	if (peer->probe) {
		if (!release(td, peer))
			goto accepted;
		dequeue_all(td, peer->probe, &w);
		unlink_probe(peer);
	}
heard:
	WRITE_ONCE(peer->rx, jiffies);
	if (by_test)
		WRITE_ONCE(peer->tested, peer->rx);
	if (news)
		trace_teredo_peer(td, peer, "trusted");
accepted:
	spin_unlock_bh(&peers->lock);
	let_go(td, peer, &w);
	return true;

refused:
	spin_unlock_bh(&peers->lock);
	return false;
}

/**
 * teredo_probe_trust - a packet has proven that a peer is at an endpoint
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
bool teredo_probe_trust(struct teredo_dev *td, const struct in6_addr *addr,
			struct teredo_endpoint from, __be16 port)
{
	return trust(td, addr, from, port, false);
}

/**
 * teredo_probe_answered - is this the reply to a connectivity test
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
bool teredo_probe_answered(struct teredo_dev *td, const u8 *ip6, size_t len,
			   struct teredo_endpoint from, __be16 port)
{
	struct teredo_peer *peer;
	struct in6_addr src;
	bool ours = false;

	if (teredo_icmp_type(ip6, len) != TEREDO_ICMP_ECHO_REPLY)
		return false;
	memcpy(&src, ip6 + 8, sizeof(src));

	spin_lock_bh(&td->peers->lock);
	peer = teredo_peer_lookup(td->peers, &src);
	if (peer && peer->probe && test_alive(peer->probe)) {
		ours = teredo_is_echo_reply(ip6, len, &peer->probe->echo);
		if (ours)
			peer->probe->testing = false;
	}
	spin_unlock_bh(&td->peers->lock);

	if (ours)
		trust(td, &src, from, port, true);
	return ours;
}

/**
 * teredo_probe_free - end a peer's attempt
 * @td: device
 * @peer: entry that is about to go
 *
 * The senders of what has waited are told by teredo_probe_bury() later.
 *
 * Context: table locked.
 */
void teredo_probe_free(struct teredo_dev *td, struct teredo_peer *peer)
{
	struct teredo_peers *peers = td->peers;
	struct sk_buff *skb;
	struct waiting w;

	lockdep_assert_held(&peers->lock);
	if (!peer->probe)
		return;
	waiting_init(&w);
	dequeue_all(td, peer->probe, &w);
	unlink_probe(peer);
	while ((skb = __skb_dequeue(&w.in)))
		teredo_drop(td, skb, TEREDO_RX_DROP_UNTESTED);
	if (skb_queue_empty(&w.out))
		return;
	skb_queue_splice_tail_init(&w.out, &peers->doomed);
	mod_delayed_work(teredo_wq, &td->probe_work, 0);
}

/**
 * teredo_probe_bury - tell the senders of packets whose peers were forgotten
 * @td: device
 *
 * Context: process, table not locked.
 */
void teredo_probe_bury(struct teredo_dev *td)
{
	struct waiting w;

	waiting_init(&w);
	spin_lock_bh(&td->peers->lock);
	skb_queue_splice_tail_init(&td->peers->doomed, &w.out);
	spin_unlock_bh(&td->peers->lock);

	local_bh_disable();
	rcu_read_lock();
	give_up(td, &w);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * teredo_probe_hand_over - let an attempt go on for the entry that replaces
 * the peer's
 * @old: entry that goes
 * @new: entry that comes
 *
 * Context: table locked.
 */
void teredo_probe_hand_over(struct teredo_peer *old, struct teredo_peer *new)
{
	struct teredo_probe *probe = old->probe;

	if (!probe)
		return;
	probe->peer = new;
	WRITE_ONCE(new->probe, probe);
	WRITE_ONCE(old->probe, NULL);
}

/* Nothing waits and nothing must: see teredo_probe_refresh() */
static bool refreshing(const struct teredo_probe *probe)
{
	return !probe->bytes && teredo_peer_usable(probe->peer);
}

/* Only received packets wait. */
static bool for_stranger(const struct teredo_probe *probe)
{
	return skb_queue_empty(&probe->out) && !skb_queue_empty(&probe->in);
}

static u8 tries_allowed(const struct teredo_probe *probe)
{
	if (refreshing(probe))
		return TEREDO_REFRESH_TRIES;
	return for_stranger(probe) ? TEREDO_HOLD_TRIES : TEREDO_PROBE_TRIES;
}

static bool try_again(struct teredo_dev *td, const struct teredo_probe *probe)
{
	return probe->tries < tries_allowed(probe) &&
	       (!is_teredo(td, &probe->peer->addr) || in_budget(probe));
}

/* Without an answer. A refresh just ends; with a Teredo peer its probe stays,
 * as it knows when bubbles were sent.
 */
static void end_attempt(struct teredo_dev *td, struct teredo_probe *probe,
			struct waiting *w)
{
	struct teredo_peer *peer = probe->peer;

	if (!refreshing(probe)) {
		/* unless it was only for received packets */
		probe->failed = !for_stranger(probe);
		if (probe->failed)
			trace_teredo_peer(td, peer, "failed");
		teredo_port_release(td, peer);
		dequeue_all(td, probe, w);
	} else if (!is_teredo(td, &peer->addr)) {
		unlink_probe(peer);
	}
}

/* Takes the first attempt that is due one step further.
 * Return: false if none is due.
 */
static bool step(struct teredo_dev *td, const struct teredo_mapping *map)
{
	struct todo todo = { .map = map };
	struct teredo_peers *peers = td->peers;
	struct teredo_probe *probe;
	struct in6_addr addr;
	struct waiting w;

	waiting_init(&w);
	spin_lock_bh(&peers->lock);
	probe = list_first_entry_or_null(&peers->pending, struct teredo_probe,
					 pending);
	if (!probe || time_before(jiffies, probe->next)) {
		spin_unlock_bh(&peers->lock);
		return false;
	}
	list_del_init(&probe->pending);
	addr = probe->peer->addr;
	if (try_again(td, probe))
		try_once(td, probe, &todo);
	else
		end_attempt(td, probe, &w);
	spin_unlock_bh(&peers->lock);

	act_on(td, &addr, &todo);
	give_up(td, &w);
	return true;
}

/* when the worker is to run next, in jiffies from now */
static unsigned long next_step(struct teredo_dev *td)
{
	struct teredo_peers *peers = td->peers;
	struct teredo_probe *probe;
	long delay = TEREDO_AGE_INTERVAL;

	spin_lock_bh(&peers->lock);
	probe = list_first_entry_or_null(&peers->pending, struct teredo_probe,
					 pending);
	if (probe)
		delay = min(delay, (long)(probe->next - jiffies));
	if (td->ports.n_used)
		delay = min(delay, (long)(td->ports.refreshed +
					  TEREDO_PORT_REFRESH - jiffies));
	spin_unlock_bh(&peers->lock);
	return max(delay, 0L);
}

/**
 * teredo_probe_work - repeat what was not answered, forget who was idle
 * @work: probe_work of a device
 */
void teredo_probe_work(struct work_struct *work)
{
	struct teredo_dev *td = container_of(to_delayed_work(work),
					     struct teredo_dev, probe_work);
	const struct teredo_mapping *map;
	bool more = true, ports = false;

	while (more) {
		local_bh_disable();
		rcu_read_lock();
		map = rcu_dereference(td->mapping);
		more = map && step(td, map);
		if (map && !more) {
			ports = teredo_ports_wanted(td, map);
			teredo_ports_refresh(td, map);
		}
		rcu_read_unlock();
		local_bh_enable();
		cond_resched();
	}
	teredo_ports_work(td, ports);
	teredo_check_expiry(td);
	if (!map) {
		/* what a packet left that was under way when it was unset */
		teredo_peers_flush(td);
	} else if (!time_before(jiffies, td->aged + TEREDO_AGE_INTERVAL)) {
		td->aged = jiffies;
		teredo_peers_age(td);
	}
	teredo_probe_bury(td);
	/* sooner if meanwhile something has been armed */
	queue_delayed_work(teredo_wq, &td->probe_work, next_step(td));
}
