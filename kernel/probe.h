/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attempts to reach a peer: bubbles for Teredo addresses, connectivity tests for
 * all others (RFC 4380 5.2.4 to 5.2.6, 5.2.9).
 */
#ifndef _TEREDO_PROBE_H
#define _TEREDO_PROBE_H

#include <linux/jiffies.h>
#include <linux/rbtree.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>

#include "queue.h"
#include "wire.h"

struct teredo_call;
struct teredo_dev;
struct teredo_mapping;
struct teredo_peer;
struct teredo_peers;

#define TEREDO_PROBE_TRIES	4		/* once and three repeats */
#define TEREDO_PROBE_INTERVAL	(2 * HZ)	/* between them */
#define TEREDO_SOLICITATIONS	3		/* RFC 6081 5.7.2 */
#define TEREDO_REFRESH_TRIES	2		/* see teredo_probe_refresh() */
/* no more than four bubbles without an answer in so long (5.2.6) */
#define TEREDO_BUBBLE_WINDOW	(300 * HZ)
/* Rest after a failed connectivity test, counted from its first packet. The
 * RFC sets none: a failed test may mean no more than that a relay or the
 * native host was away, so let it be tried again soon.
 */
#define TEREDO_TEST_REST	(30 * HZ)

/* A connectivity test that only received packets wait for is repeated once: who
 * sends them is unknown, and each try costs our server a packet.
 */
#define TEREDO_HOLD_TRIES	2

/**
 * struct teredo_probe - the attempt to reach a peer
 * @peer: whose
 * @pending: in the table's tree while @next is to be waited for
 * @next: jiffies of the next try, or of giving up
 * @tries: steps of this attempt, each with bubbles or a test
 * @n_tests: tests of this attempt that have left the host
 * @solicits: solicitations yet to be sent before bubbles
 * @unsolicited: only received packets have asked for this attempt
 * @failed: given up; further packets are refused until the rest is over
 * @testing: @echo is under way, sent at @tested
 * @releasing: what waited is being sent, see release() in trust.c
 * @echo: the connectivity test
 * @tested: jiffies when the first test of the attempt was sent
 * @sent: jiffies of the last bubbles, @sent[n_sent % 4] the oldest
 * @n_sent: bubbles that have left the host, without an answer
 * @answers: answers to its bubbles given since @answered, see answer.c
 * @answered: jiffies
 * @cause: IPv6 source of the packet that its bubbles count for, unspecified if
 *	the attempt began without one
 * @unsent: the last bubbles did not leave the host
 * @out: packets that wait to be sent
 * @in: packets that wait to be delivered
 * @bytes: memory of both
 * @flow: packets of each flow in @out
 * @told: flows that were told since @told_at that there is no room, a bit each
 * @told_at: jiffies
 *
 * All under the table's lock. Gone as soon as the peer has answered.
 */
struct teredo_probe {
	struct teredo_peer *peer;
	struct rb_node pending;
	unsigned long next;
	u8 tries;
	u8 n_tests;
	u8 solicits;
	bool unsolicited;
	bool failed;
	bool testing;
	bool releasing;
	struct teredo_echo echo;
	unsigned long tested;
	unsigned long sent[TEREDO_PROBE_TRIES];
	unsigned int n_sent;
	u8 answers;
	unsigned long answered;
	struct in6_addr cause;
	bool unsent;
	struct sk_buff_head out;
	struct sk_buff_head in;
	u32 bytes;
	u8 flow[TEREDO_QUEUE_FLOWS];
	u64 told;
	unsigned long told_at;
};

/* The attempt waits for its next step. Table locked. */
static inline bool teredo_probe_pending(const struct teredo_probe *probe)
{
	return !RB_EMPTY_NODE(&probe->pending);
}

void teredo_probe_xmit(struct teredo_dev *td, const struct teredo_mapping *map,
		       struct sk_buff *skb);
int teredo_probe_start(struct teredo_dev *td, const struct teredo_mapping *map,
		       const struct in6_addr *addr);
void teredo_probe_refresh(struct teredo_dev *td,
			  const struct teredo_mapping *map,
			  const struct in6_addr *addr);
void teredo_probe_hold(struct teredo_dev *td, const struct teredo_mapping *map,
		       struct sk_buff *skb, struct teredo_endpoint from);
struct teredo_probe *teredo_probe_get(struct teredo_dev *td,
				      struct teredo_peer *peer);
bool teredo_probe_may_call(const struct teredo_probe *probe);
void teredo_probe_call(struct teredo_dev *td, const struct teredo_mapping *map,
		       struct teredo_probe *probe, struct teredo_call *call);
void teredo_probe_catch_up(struct teredo_dev *td,
			   const struct teredo_mapping *map,
			   struct teredo_peer *peer, struct teredo_call *call);
void teredo_probe_free(struct teredo_dev *td, struct teredo_peer *peer);
void teredo_probe_insert(struct teredo_peers *peers,
			 struct teredo_probe *probe);
void teredo_probe_disarm(struct teredo_peers *peers,
			 struct teredo_probe *probe);
void teredo_probe_unlink(struct teredo_dev *td, struct teredo_peer *peer);
void teredo_probe_hand_over(struct teredo_peer *old, struct teredo_peer *new);
void teredo_probe_work(struct work_struct *work);

#endif /* _TEREDO_PROBE_H */
