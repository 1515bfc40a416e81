/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bounded queues of packets that wait for a peer to be reached or verified (RFC 4380
 * 5.2.3, 5.2.4). Each peer, each party that sends packets, and all packets together
 * have a bound. A party is a local user, a source /64 of forwarded packets, or an outer
 * IPv4 source of received packets. When full, the newest packet is refused, so that the
 * others stay in order.
 */
#ifndef _TEREDO_QUEUE_H
#define _TEREDO_QUEUE_H

#include <linux/skbuff.h>

#include "peer-types.h"

struct teredo_dev;

/* Bounds per peer: packets of a game or a call for two seconds, the time from one try
 * to the next. Bound of all packets: well under a per cent of the memory of a small
 * router.
 */
#define TEREDO_QUEUE_PACKETS	128
#define TEREDO_QUEUE_BYTES	(256 * 1024)
#define TEREDO_QUEUE_TOTAL	(4 * 1024 * 1024)
/* The bound of all packets is 256 octets for each peer that the device can have, if that is
 * more than %TEREDO_QUEUE_TOTAL.
 */
#define TEREDO_QUEUE_PER_PEER	256
/* One party gets a quarter of the total. For the first packet to each peer it gets
 * half: packets that open connections have priority.
 */
#define TEREDO_QUEUE_SHARE(total)	((total) / 4)
#define TEREDO_QUEUE_SHARE_FIRST(total)	((total) / 2)
/* Room beyond the bounds of a peer, for flows that have fewer than
 * %TEREDO_QUEUE_SPARE_FLOW packets waiting. A flow that fills the queue leaves room for
 * a TCP handshake.
 */
#define TEREDO_QUEUE_SPARE		32
#define TEREDO_QUEUE_SPARE_BYTES	(64 * 1024)
#define TEREDO_QUEUE_SPARE_FLOW		4

/* Received packets have a budget of their own, as any host can send them. */
#define TEREDO_HOLD_TOTAL	(1024 * 1024)
/* One outer IPv4 source gets an eighth of the total, 56 packets of 1280 octets. */
#define TEREDO_HOLD_SHARE	(TEREDO_HOLD_TOTAL / 8)
/* The first packet of a source that is being tested is queued independent of the other
 * bounds, if it takes no more memory than this. The limit of 32 tests/s, of 4 s each,
 * bounds that memory to 640 KiB.
 */
#define TEREDO_HOLD_FIRST	4096

static inline void teredo_waiting_init(struct teredo_waiting *w)
{
	__skb_queue_head_init(&w->out);
	__skb_queue_head_init(&w->in);
}

/* Return: the flow of a packet, as a hash of %TEREDO_QUEUE_FLOWS values. */
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
