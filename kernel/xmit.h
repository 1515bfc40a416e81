/* SPDX-License-Identifier: GPL-2.0 */
/* Transmit entry of the network device: packets from the IPv6 stack. */
#ifndef _TEREDO_XMIT_H
#define _TEREDO_XMIT_H

#include <linux/netdevice.h>

struct sk_buff;

netdev_features_t teredo_features_check(struct sk_buff *skb,
					struct net_device *dev,
					netdev_features_t features);
netdev_tx_t teredo_xmit(struct sk_buff *skb, struct net_device *dev);

#endif /* _TEREDO_XMIT_H */
