/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/teredo.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#ifndef _LINUX_TEREDO_GEN_H
#define _LINUX_TEREDO_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/teredo.h>

int teredo_nl_peer_get_start(struct netlink_callback *cb);
int teredo_nl_peer_get_done(struct netlink_callback *cb);

int teredo_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int teredo_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info);
int teredo_nl_peer_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int teredo_nl_peer_add_doit(struct sk_buff *skb, struct genl_info *info);
int teredo_nl_peer_del_doit(struct sk_buff *skb, struct genl_info *info);
int teredo_nl_packet_send_doit(struct sk_buff *skb, struct genl_info *info);
int teredo_nl_helper_set_doit(struct sk_buff *skb, struct genl_info *info);
int teredo_nl_client_set_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	TEREDO_NLGRP_EVENTS,
};

extern struct genl_family teredo_nl_family;

#endif /* _LINUX_TEREDO_GEN_H */
