/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Drop packets whose peer cannot be reached, and send ICMPv6 errors to their senders.
 */
#ifndef _TEREDO_UNREACH_H
#define _TEREDO_UNREACH_H

#include "stats.h"

struct sk_buff;
struct teredo_dev;
struct teredo_waiting;

/* Packets that are dropped in one batch with BH off. The ICMPv6 error of each outgoing
 * packet takes some microseconds.
 */
#define TEREDO_UNREACH_BATCH	64

void teredo_reject(struct teredo_dev *td, struct sk_buff *skb,
		   enum teredo_counter why);
void teredo_queue_reject(struct teredo_dev *td, struct teredo_waiting *w);
void teredo_queue_flush_unreach(struct teredo_dev *td);

#endif /* _TEREDO_UNREACH_H */
