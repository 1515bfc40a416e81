// SPDX-License-Identifier: GPL-2.0
/* Bounded queues of packets that wait for a peer, fair between senders. */
#include <linux/jhash.h>
#include <linux/skbuff.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>

#include "device.h"
#include "peer-types.h"
#include "queue.h"

/**
 * struct wait_cb - what is kept with a packet that waits
 * @from: outer source of a received one
 * @party: whose share it takes
 */
struct wait_cb {
	struct teredo_endpoint from;
	u8 party;
};

static struct wait_cb *wait_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct wait_cb) > sizeof(skb->cb));
	return (struct wait_cb *)skb->cb;
}

/**
 * teredo_queue_from() - read the outer source of a packet that waits
 * @skb: received packet that teredo_queue_in() has accepted
 *
 * Context: any.
 * Return: the endpoint, in network byte order.
 */
struct teredo_endpoint teredo_queue_from(const struct sk_buff *skb)
{
	return wait_cb(skb)->from;
}

static u8 party(const struct teredo_peers *peers, u32 a, u32 b)
{
	return jhash_2words(a, b, peers->seed) % TEREDO_QUEUE_PARTIES;
}

/* The user whose socket has sent a packet; of one that is forwarded, the /64 of its
 * source.
 */
static u8 sender(const struct teredo_dev *td, struct sk_buff *skb)
{
	const struct in6_addr *src = &ipv6_hdr(skb)->saddr;
	const struct sock *sk = skb_to_full_sk(skb);

	if (sk)
		return party(td->peers, 0, __kuid_val(sock_net_uid(td->net, sk)));
	return party(td->peers, (__force u32)src->s6_addr32[0],
		     (__force u32)src->s6_addr32[1]);
}

static bool fits(const struct teredo_budget *budget, const struct sk_buff *skb,
		 u32 total, u32 share)
{
	return budget->bytes + skb->truesize <= total &&
	       budget->share[wait_cb(skb)->party] + skb->truesize <= share;
}

static void enqueue(struct teredo_probe *probe, struct sk_buff_head *queue,
		    struct sk_buff *skb, struct teredo_budget *budget)
{
	probe->bytes += skb->truesize;
	budget->bytes += skb->truesize;
	budget->share[wait_cb(skb)->party] += skb->truesize;
	__skb_queue_tail(queue, skb);
}

static void dequeue(struct teredo_probe *probe, struct sk_buff_head *queue,
		    struct teredo_budget *budget, struct sk_buff_head *to)
{
	struct sk_buff *skb;

	skb_queue_walk(queue, skb) {
		probe->bytes -= skb->truesize;
		budget->bytes -= skb->truesize;
		budget->share[wait_cb(skb)->party] -= skb->truesize;
	}
	skb_queue_splice_tail_init(queue, to);
}

/* the bounds of one peer, and what may wait beyond them */
static bool peer_fits(const struct teredo_probe *probe,
		      const struct sk_buff_head *queue,
		      const struct sk_buff *skb, u32 spare, u32 spare_bytes)
{
	return skb_queue_len(queue) < TEREDO_QUEUE_PACKETS + spare &&
	       probe->bytes + skb->truesize <= TEREDO_QUEUE_BYTES + spare_bytes;
}

static bool flow_fits(const struct teredo_probe *probe,
		      const struct sk_buff *skb, u8 flow)
{
	return peer_fits(probe, &probe->out, skb, 0, 0) ||
	       (probe->flow[flow] < TEREDO_QUEUE_SPARE_FLOW &&
		peer_fits(probe, &probe->out, skb, TEREDO_QUEUE_SPARE,
			  TEREDO_QUEUE_SPARE_BYTES));
}

/* A socket that sends to many peers must not have its send buffer used up by those
 * that do not answer. A TCP socket has one peer, and needs to know what waits.
 */
static void disown(struct sk_buff *skb)
{
	if (skb->sk && sk_fullsock(skb->sk) && !sk_is_tcp(skb->sk))
		skb_orphan(skb);
}

/* What may wait to be sent by this device. A relay has many senders. */
static u32 queue_limit(const struct teredo_dev *td)
{
	return max_t(u32, TEREDO_QUEUE_TOTAL,
		     READ_ONCE(td->cfg.max_peers) * TEREDO_QUEUE_PER_PEER);
}

/**
 * teredo_queue_len - count the packets that wait
 * @probe: attempt that they wait for
 *
 * Context: table locked.
 * Return: packets to be sent and to be delivered.
 */
u32 teredo_queue_len(const struct teredo_probe *probe)
{
	return skb_queue_len(&probe->out) + skb_queue_len(&probe->in);
}

/**
 * teredo_queue_out - keep a packet that is to be sent
 * @td: device
 * @probe: attempt to reach the peer
 * @skb: packet, consumed if there is room for it
 *
 * Context: table locked.
 * Return: true if there is.
 */
bool teredo_queue_out(struct teredo_dev *td, struct teredo_probe *probe,
		      struct sk_buff *skb)
{
	u32 total = queue_limit(td);
	u32 share = skb_queue_empty(&probe->out) ?
		    TEREDO_QUEUE_SHARE_FIRST(total) : TEREDO_QUEUE_SHARE(total);
	u8 flow = teredo_queue_flow(skb);

	wait_cb(skb)->party = sender(td, skb);
	if (!flow_fits(probe, skb, flow) ||
	    !fits(&td->peers->out, skb, total, share))
		return false;
	disown(skb);
	probe->flow[flow]++;
	enqueue(probe, &probe->out, skb, &td->peers->out);
	return true;
}

/**
 * teredo_queue_tells - check whether a sender is told that there is no room
 * @probe: attempt to reach the peer
 * @skb: packet that teredo_queue_out() has refused; the caller still owns it
 *
 * Each flow is told once a second: a flood does not make a flood of errors, and
 * does not keep other flows from being told.
 *
 * Context: table locked.
 * Return: true if it is.
 */
bool teredo_queue_tells(struct teredo_probe *probe, struct sk_buff *skb)
{
	u64 flow = BIT_ULL(teredo_queue_flow(skb));

	if (!time_before(jiffies, probe->told_at + HZ)) {
		probe->told = 0;
		probe->told_at = jiffies;
	}
	if (probe->told & flow)
		return false;
	probe->told |= flow;
	return true;
}

/* of a source for which a test was allowed */
static bool is_first(const struct teredo_probe *probe,
		     const struct sk_buff *skb)
{
	return probe->unsolicited && skb_queue_empty(&probe->in) &&
	       skb->truesize <= TEREDO_HOLD_FIRST;
}

/**
 * teredo_queue_in - keep a received packet
 * @td: device
 * @probe: attempt to prove its source
 * @skb: packet, consumed if there is room for it
 * @from: its outer source
 *
 * Context: table locked.
 * Return: true if there is.
 */
bool teredo_queue_in(struct teredo_dev *td, struct teredo_probe *probe,
		     struct sk_buff *skb, struct teredo_endpoint from)
{
	struct wait_cb *cb = wait_cb(skb);

	cb->from = from;
	cb->party = party(td->peers, 0, (__force u32)from.addr);
	if (!is_first(probe, skb) &&
	    (!peer_fits(probe, &probe->in, skb, 0, 0) ||
	     !fits(&td->peers->in, skb, TEREDO_HOLD_TOTAL, TEREDO_HOLD_SHARE)))
		return false;
	enqueue(probe, &probe->in, skb, &td->peers->in);
	return true;
}

/**
 * teredo_dequeue_out - take the packets that are to be sent
 * @td: device
 * @probe: attempt that they have waited for
 * @w: they are put here
 *
 * Context: table locked.
 */
void teredo_dequeue_out(struct teredo_dev *td, struct teredo_probe *probe,
			struct teredo_waiting *w)
{
	dequeue(probe, &probe->out, &td->peers->out, &w->out);
	memset(probe->flow, 0, sizeof(probe->flow));
}

/**
 * teredo_dequeue - take all packets
 * @td: device
 * @probe: attempt that they have waited for
 * @w: they are put here
 *
 * Context: table locked.
 */
void teredo_dequeue(struct teredo_dev *td, struct teredo_probe *probe,
		    struct teredo_waiting *w)
{
	teredo_dequeue_out(td, probe, w);
	dequeue(probe, &probe->in, &td->peers->in, &w->in);
}

/**
 * teredo_queue_defer_unreach - drop packets whose peer is about to be forgotten
 * @td: device
 * @w: the packets, consumed
 *
 * Senders cannot be told with the table locked, and freeing takes time, so the
 * worker does both.
 *
 * Context: table locked.
 */
void teredo_queue_defer_unreach(struct teredo_dev *td, struct teredo_waiting *w)
{
	struct sk_buff *skb;

	if (skb_queue_empty(&w->out) && skb_queue_empty(&w->in))
		return;
	/* their memory is in use until the worker frees it */
	skb_queue_walk(&w->out, skb)
		td->peers->out.bytes += skb->truesize;
	skb_queue_walk(&w->in, skb)
		td->peers->in.bytes += skb->truesize;
	skb_queue_splice_tail_init(&w->out, &td->peers->deferred.out);
	skb_queue_splice_tail_init(&w->in, &td->peers->deferred.in);
	mod_delayed_work(teredo_wq, &td->probe_work, 0);
}
