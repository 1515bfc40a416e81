/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Relay and host-specific relay: validation of outgoing and received packets (RFC 4380
 * 5.4).
 */
#ifndef _TEREDO_RELAY_H
#define _TEREDO_RELAY_H

#include <linux/types.h>

struct in6_addr;
struct sk_buff;
struct teredo_dev;
struct teredo_mapping;
struct teredo_rx;

bool teredo_relay_may_send(struct teredo_dev *td, struct sk_buff *skb,
			   const struct teredo_mapping *map);
bool teredo_relay_global(const struct in6_addr *addr);
bool teredo_relay_serves(const struct teredo_dev *td,
			 const struct in6_addr *dst);
void teredo_relay_rcv(struct teredo_rx *rx);

#endif /* _TEREDO_RELAY_H */
