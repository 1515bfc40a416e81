// SPDX-License-Identifier: GPL-2.0
/* Packets that wait. */
#include <linux/skbuff.h>

#include "device.h"
#include "peer.h"
#include "probe.h"
#include "queue.h"
#include "receive.h"
#include "xmit.h"

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

/* @total is the table's count of bytes, @max its bound.
 * Return: false if there is no room.
 */
static bool enqueue(struct teredo_probe *probe, struct sk_buff_head *queue,
		    struct sk_buff *skb, u32 *total, u32 max)
{
	if (skb_queue_len(queue) >= TEREDO_QUEUE_PACKETS ||
	    probe->bytes + skb->truesize > TEREDO_QUEUE_BYTES ||
	    *total + skb->truesize > max)
		return false;
	probe->bytes += skb->truesize;
	*total += skb->truesize;
	__skb_queue_tail(queue, skb);
	return true;
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

/* What may wait to be sent by this device. A relay has many senders. */
static u32 queue_limit(const struct teredo_dev *td)
{
	return max_t(u32, TEREDO_QUEUE_TOTAL,
		     READ_ONCE(td->cfg.max_peers) * TEREDO_QUEUE_PER_PEER);
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
	return enqueue(probe, &probe->out, skb, &td->peers->out_bytes,
		       queue_limit(td));
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
	wait_cb(skb)->from = from;
	return enqueue(probe, &probe->in, skb, &td->peers->in_bytes,
		       TEREDO_HOLD_TOTAL);
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
	dequeue(probe, &probe->out, &td->peers->out_bytes, &w->out);
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
	dequeue(probe, &probe->in, &td->peers->in_bytes, &w->in);
}

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
void teredo_queue_release(struct teredo_dev *td, struct teredo_peer *peer,
			  struct teredo_waiting *w)
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

/**
 * teredo_refuse - drop a packet and tell its sender
 * @td: device
 * @skb: packet, consumed
 * @why: counter
 *
 * Context: BH off, RCU; table not locked.
 */
void teredo_refuse(struct teredo_dev *td, struct sk_buff *skb,
		   enum teredo_counter why)
{
	teredo_unreachable(td, skb);
	teredo_drop(td, skb, why);
}

/**
 * teredo_queue_give_up - drop packets whose peer did not answer
 * @td: device
 * @w: the packets, consumed; the senders of @out are told
 *
 * Context: BH off, RCU; table not locked.
 */
void teredo_queue_give_up(struct teredo_dev *td, struct teredo_waiting *w)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&w->out)))
		teredo_refuse(td, skb, TEREDO_TX_DROP_NO_ANSWER);
	while ((skb = __skb_dequeue(&w->in)))
		teredo_drop(td, skb, TEREDO_RX_DROP_UNTESTED);
}

/**
 * teredo_queue_doom - drop packets whose peer is about to be forgotten
 * @td: device
 * @w: the packets, consumed
 *
 * Senders cannot be told with the table locked, so the worker does it.
 *
 * Context: table locked.
 */
void teredo_queue_doom(struct teredo_dev *td, struct teredo_waiting *w)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&w->in)))
		teredo_drop(td, skb, TEREDO_RX_DROP_UNTESTED);
	if (skb_queue_empty(&w->out))
		return;
	skb_queue_splice_tail_init(&w->out, &td->peers->doomed);
	mod_delayed_work(teredo_wq, &td->probe_work, 0);
}

/**
 * teredo_queue_bury - tell the senders of packets whose peers were forgotten
 * @td: device
 *
 * Context: process, table not locked.
 */
void teredo_queue_bury(struct teredo_dev *td)
{
	struct teredo_waiting w;

	teredo_waiting_init(&w);
	spin_lock_bh(&td->peers->lock);
	skb_queue_splice_tail_init(&td->peers->doomed, &w.out);
	spin_unlock_bh(&td->peers->lock);

	local_bh_disable();
	rcu_read_lock();
	teredo_queue_give_up(td, &w);
	rcu_read_unlock();
	local_bh_enable();
}
