/* SPDX-License-Identifier: GPL-2.0 */
/* The way out: from the IPv6 stack, and of what the protocol itself sends. */
#ifndef _TEREDO_XMIT_H
#define _TEREDO_XMIT_H

#include <linux/netdevice.h>

#include "wire.h"

struct dst_cache;
struct sk_buff;
struct teredo_dev;
struct teredo_peer;

netdev_features_t teredo_features_check(struct sk_buff *skb,
					struct net_device *dev,
					netdev_features_t features);
netdev_tx_t teredo_xmit(struct sk_buff *skb, struct net_device *dev);
int teredo_multicast(struct teredo_dev *td, struct teredo_endpoint group,
		     int ifindex, const void *payload, size_t len);
void teredo_unreachable(struct teredo_dev *td, struct sk_buff *skb);
void teredo_output(struct teredo_dev *td, struct sk_buff *skb,
		   struct teredo_peer *peer);
int teredo_send(struct teredo_dev *td, struct teredo_endpoint to,
		struct teredo_endpoint from, const void *payload, size_t len);

#endif /* _TEREDO_XMIT_H */
