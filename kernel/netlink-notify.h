/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink: device events to listeners, control packets to the control daemon.
 */
#ifndef _TEREDO_NETLINK_NOTIFY_H
#define _TEREDO_NETLINK_NOTIFY_H

#include <linux/gfp.h>

#include "wire.h"

struct sk_buff;
struct teredo_dev;

int teredo_nl_fill_dev(struct sk_buff *skb, struct teredo_dev *td, u32 portid,
		       u32 seq, int flags, u8 cmd);
void teredo_nl_dev_changed(struct teredo_dev *td, gfp_t gfp);
int teredo_nl_packet(struct teredo_dev *td, struct teredo_endpoint from,
		     struct teredo_endpoint local, const void *payload,
		     size_t len);

#endif /* _TEREDO_NETLINK_NOTIFY_H */
