// SPDX-License-Identifier: GPL-2.0
/*
 * Drop packets that cannot be sent, and send ICMPv6 destination unreachable to their
 * senders (RFC 4443 3.1). The error quotes a queued packet as its source sent it. Received
 * packets that wait for the same peer are dropped without an error.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "device.h"
#include "encap.h"
#include "peer-types.h"
#include "queue.h"
#include "stats.h"
#include "unreach.h"

/**
 * teredo_reject() - drop a packet and send an ICMPv6 error to its source
 * @td: device
 * @skb: packet, consumed
 * @why: counter
 *
 * Context: BH off, RCU; peers->lock not held.
 */
void teredo_reject(struct teredo_dev *td, struct sk_buff *skb,
		   enum teredo_counter why)
{
	teredo_unreachable(td, skb);
	teredo_drop(td, skb, why);
}

/* Reject the first packet of each flow before all others, as the ICMPv6 layer limits
 * errors to 50 at a time.
 */
static void reject_firsts(struct teredo_dev *td, struct sk_buff_head *queue)
{
	struct sk_buff *skb, *next;
	u64 told = 0, flow;

	skb_queue_walk_safe(queue, skb, next) {
		flow = BIT_ULL(teredo_queue_flow(skb));
		if (told & flow)
			continue;
		told |= flow;
		__skb_unlink(skb, queue);
		teredo_reject(td, skb, TEREDO_TX_DROP_NO_ANSWER);
	}
}

/**
 * teredo_queue_reject() - drop packets whose peer did not answer
 * @td: device
 * @w: the packets, consumed; the sources of @w->out get ICMPv6 errors
 *
 * Context: BH off, RCU; peers->lock not held.
 */
void teredo_queue_reject(struct teredo_dev *td, struct teredo_waiting *w)
{
	struct sk_buff *skb;

	reject_firsts(td, &w->out);
	while ((skb = __skb_dequeue(&w->out)))
		teredo_reject(td, skb, TEREDO_TX_DROP_NO_ANSWER);
	while ((skb = __skb_dequeue(&w->in)))
		teredo_drop(td, skb, TEREDO_RX_DROP_UNVERIFIED);
}

static void move_some(struct sk_buff_head *from, struct sk_buff_head *to,
		      struct teredo_budget *budget)
{
	struct sk_buff *skb;
	int i;

	for (i = 0; i < TEREDO_UNREACH_BATCH &&
	     (skb = __skb_dequeue(from)); i++) {
		budget->bytes -= skb->truesize;
		__skb_queue_tail(to, skb);
	}
}

static void flush_some(struct teredo_dev *td)
{
	struct teredo_peers *peers = td->peers;
	struct teredo_waiting w;

	teredo_waiting_init(&w);
	spin_lock_bh(&peers->lock);
	move_some(&peers->deferred.out, &w.out, &peers->out);
	move_some(&peers->deferred.in, &w.in, &peers->in);
	spin_unlock_bh(&peers->lock);

	local_bh_disable();
	rcu_read_lock();
	teredo_queue_reject(td, &w);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * teredo_queue_flush_unreach() - drop deferred packets and send their ICMPv6 errors
 * @td: device
 *
 * Works in batches: a device that goes down can have 16 MiB of queued packets, and more
 * with a larger MAX_PEERS. Packets that are deferred during the call wake the worker
 * again, so a flood cannot keep the worker here.
 *
 * Context: process, peers->lock not held.
 */
void teredo_queue_flush_unreach(struct teredo_dev *td)
{
	struct teredo_waiting *deferred = &td->peers->deferred;
	u32 batches;

	batches = DIV_ROUND_UP(max(skb_queue_len_lockless(&deferred->out),
				   skb_queue_len_lockless(&deferred->in)),
			       TEREDO_UNREACH_BATCH);
	while (batches--) {
		flush_some(td);
		cond_resched();
	}
}
