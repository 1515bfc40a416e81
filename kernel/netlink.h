/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink: requests from userspace. */
#ifndef _TEREDO_NETLINK_H
#define _TEREDO_NETLINK_H

struct genl_info;
struct net;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct teredo_dev;

int teredo_nl_register(void);
void teredo_nl_unregister(void);

/* common checks of all requests */
struct teredo_dev *teredo_nl_dev(struct net *net, struct nlattr *ifindex,
				 struct netlink_ext_ack *extack);
struct teredo_dev *teredo_nl_admin(struct sk_buff *skb, struct genl_info *info,
				   int ifindex);
int teredo_nl_check_up(const struct teredo_dev *td, struct genl_info *info);

#endif /* _TEREDO_NETLINK_H */
