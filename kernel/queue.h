/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that wait until a peer can be reached, or is proven to be who it says
 * it is. There is a bound for each peer, one for all, and one for each party that
 * sends them, so that no party uses up the room of the others. The newest packet is
 * refused, so that what gets through stays in order.
 */
#ifndef _TEREDO_QUEUE_H
#define _TEREDO_QUEUE_H

#include <linux/skbuff.h>

#include "peer-types.h"

struct teredo_dev;

/* What may wait. Per peer: two seconds, the time one bubble may cost, of a
 * game's or a call's packets. In all: well under a per cent of the memory of
 * the smallest router.
 */
#define TEREDO_QUEUE_PACKETS	128
#define TEREDO_QUEUE_BYTES	(256 * 1024)
#define TEREDO_QUEUE_TOTAL	(4 * 1024 * 1024)
/* ... or so much for each peer that a relay may have, whichever is more */
#define TEREDO_QUEUE_PER_PEER	256
/* Of that, one party gets a quarter. For the first packet to each peer it gets
 * another one: what opens connections goes before what follows.
 */
#define TEREDO_QUEUE_SHARE(total)	((total) / 4)
#define TEREDO_QUEUE_SHARE_FIRST(total)	((total) / 2)
/* Beyond the bounds of a peer, for flows that have no more than so many packets
 * waiting: a flow that fills the queue leaves room for a TCP handshake.
 */
#define TEREDO_QUEUE_SPARE		32
#define TEREDO_QUEUE_SPARE_BYTES	(64 * 1024)
#define TEREDO_QUEUE_SPARE_FLOW		4

/* Received packets, which any host can send, have a budget of their own. */
#define TEREDO_HOLD_TOTAL	(1024 * 1024)
/* Of that, one outer IPv4 source gets an eighth, 56 packets of 1280 octets. */
#define TEREDO_HOLD_SHARE	(TEREDO_HOLD_TOTAL / 8)
/* The first packet of a source that is being tested is held in any case if it takes
 * no more than this. The tests, 32 per second for 4 s each, bound the memory: 640
 * KiB.
 */
#define TEREDO_HOLD_FIRST	4096

static inline void teredo_waiting_init(struct teredo_waiting *w)
{
	__skb_queue_head_init(&w->out);
	__skb_queue_head_init(&w->in);
}

/* The flow of a packet, told apart by a hash of %TEREDO_QUEUE_FLOWS values */
static inline u8 teredo_queue_flow(struct sk_buff *skb)
{
	return skb_get_hash(skb) % TEREDO_QUEUE_FLOWS;
}

struct teredo_endpoint teredo_queue_from(const struct sk_buff *skb);
u32 teredo_queue_len(const struct teredo_probe *probe);
bool teredo_queue_out(struct teredo_dev *td, struct teredo_probe *probe,
		      struct sk_buff *skb);
bool teredo_queue_tells(struct teredo_probe *probe, struct sk_buff *skb);
bool teredo_queue_in(struct teredo_dev *td, struct teredo_probe *probe,
		     struct sk_buff *skb, struct teredo_endpoint from);
void teredo_dequeue_out(struct teredo_dev *td, struct teredo_probe *probe,
			struct teredo_waiting *w);
void teredo_dequeue(struct teredo_dev *td, struct teredo_probe *probe,
		    struct teredo_waiting *w);
void teredo_queue_defer_unreach(struct teredo_dev *td,
				struct teredo_waiting *w);

#endif /* _TEREDO_QUEUE_H */
