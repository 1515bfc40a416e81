/* SPDX-License-Identifier: GPL-2.0 */
/* rtnetlink: dump the configuration of a device. */
#ifndef _TEREDO_RTNL_DUMP_H
#define _TEREDO_RTNL_DUMP_H

#include <linux/types.h>

struct net_device;
struct sk_buff;

size_t teredo_get_size(const struct net_device *dev);
int teredo_fill_info(struct sk_buff *skb, const struct net_device *dev);

#endif /* _TEREDO_RTNL_DUMP_H */
