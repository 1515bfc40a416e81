// SPDX-License-Identifier: GPL-2.0
/*
 * Bounded queues of packets that wait for a peer (RFC 4380 5.2.3, 5.2.4), fair between
 * the parties that send them. See queue.h for the bounds.
 */
#include <linux/jhash.h>
#include <linux/skbuff.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>

#include "device.h"
#include "peer-types.h"
#include "queue.h"

/**
 * struct wait_cb - control block of a queued packet, in skb->cb
 * @from: outer source of a received packet
 * @party: party that the memory is charged to
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
 * teredo_queue_from() - read the outer source of a queued packet
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

/* Return: the party of a packet to send. For a local packet, the user whose socket sent
 * it; for a forwarded packet, the /64 of its source.
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

/* Check the bounds of one peer, extended by @spare packets and @spare_bytes octets. */
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

/* Release the packet from the send buffer of its socket: peers that do not answer must
 * not use up the buffer of a socket with many peers. A TCP socket has one peer, and
 * must account for queued packets.
 */
static void disown(struct sk_buff *skb)
{
	if (skb->sk && sk_fullsock(skb->sk) && !sk_is_tcp(skb->sk))
		skb_orphan(skb);
}

/* Return: bound in octets of all packets that wait to be sent. A relay has many
 * senders.
 */
static u32 queue_limit(const struct teredo_dev *td)
{
	return max_t(u32, TEREDO_QUEUE_TOTAL,
		     READ_ONCE(td->cfg.max_peers) * TEREDO_QUEUE_PER_PEER);
}

/**
 * teredo_queue_len() - count the packets that wait for an attempt
 * @probe: attempt
 *
 * Context: peers->lock held.
 * Return: number of packets to send and to deliver.
 */
u32 teredo_queue_len(const struct teredo_probe *probe)
{
	return skb_queue_len(&probe->out) + skb_queue_len(&probe->in);
}

/**
 * teredo_queue_out() - queue a packet to send
 * @td: device
 * @probe: attempt to reach the peer
 * @skb: packet, consumed if there is room for it
 *
 * Context: peers->lock held.
 * Return: true if the packet is queued.
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
 * teredo_queue_tells() - check whether a sender gets an ICMPv6 error for a full queue
 * @probe: attempt to reach the peer
 * @skb: packet that teredo_queue_out() has refused, borrowed
 *
 * Each flow gets one error per second. So a flood does not cause a flood of errors, and
 * does not suppress the errors of other flows.
 *
 * Context: peers->lock held.
 * Return: true if the error must be sent.
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

/* Check for the first packet of a source for which a test was allowed. */
static bool is_first(const struct teredo_probe *probe,
		     const struct sk_buff *skb)
{
	return probe->unsolicited && skb_queue_empty(&probe->in) &&
	       skb->truesize <= TEREDO_HOLD_FIRST;
}

/**
 * teredo_queue_in() - queue a received packet
 * @td: device
 * @probe: attempt to verify its source
 * @skb: packet, consumed if there is room for it
 * @from: outer source
 *
 * Context: peers->lock held.
 * Return: true if the packet is queued.
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
 * teredo_dequeue_out() - dequeue all packets to send
 * @td: device
 * @probe: attempt that they have waited for
 * @w: the packets are appended here
 *
 * Context: peers->lock held.
 */
void teredo_dequeue_out(struct teredo_dev *td, struct teredo_probe *probe,
			struct teredo_waiting *w)
{
	dequeue(probe, &probe->out, &td->peers->out, &w->out);
	memset(probe->flow, 0, sizeof(probe->flow));
}

/**
 * teredo_dequeue() - dequeue all packets of an attempt
 * @td: device
 * @probe: attempt that they have waited for
 * @w: the packets are appended here
 *
 * Context: peers->lock held.
 */
void teredo_dequeue(struct teredo_dev *td, struct teredo_probe *probe,
		    struct teredo_waiting *w)
{
	teredo_dequeue_out(td, probe, w);
	dequeue(probe, &probe->in, &td->peers->in, &w->in);
}

/**
 * teredo_queue_defer_unreach() - move packets of a removed peer to the deferred list
 * @td: device
 * @w: the packets, consumed
 *
 * ICMPv6 errors cannot be sent under peers->lock, and freeing takes time. So the worker
 * does both.
 *
 * Context: peers->lock held.
 */
void teredo_queue_defer_unreach(struct teredo_dev *td, struct teredo_waiting *w)
{
	struct sk_buff *skb;

	if (skb_queue_empty(&w->out) && skb_queue_empty(&w->in))
		return;
	/* the memory stays in use until the worker frees the packets */
	skb_queue_walk(&w->out, skb)
		td->peers->out.bytes += skb->truesize;
	skb_queue_walk(&w->in, skb)
		td->peers->in.bytes += skb->truesize;
	skb_queue_splice_tail_init(&w->out, &td->peers->deferred.out);
	skb_queue_splice_tail_init(&w->in, &td->peers->deferred.in);
	mod_delayed_work(teredo_wq, &td->probe_work, 0);
}
