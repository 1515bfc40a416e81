/* SPDX-License-Identifier: GPL-2.0 */
/* rtnetlink: parse and check attributes, and build a device configuration. */
#ifndef _TEREDO_RTNL_CONFIG_H
#define _TEREDO_RTNL_CONFIG_H

#include <linux/types.h>
#include <net/netlink.h>
#include <uapi/linux/if_teredo.h>

struct netlink_ext_ack;
struct nlattr;
struct teredo_config;

extern const struct nla_policy teredo_link_policy[IFLA_TEREDO_MAX + 1];

int teredo_link_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack);
int teredo_config_init(struct teredo_config *cfg, struct nlattr *data[],
		       struct netlink_ext_ack *extack);
int teredo_config_check_role(u8 mode, struct nlattr *data[],
			     struct netlink_ext_ack *extack);
void teredo_config_fill(struct teredo_config *cfg, struct nlattr *data[]);
int teredo_config_check(const struct teredo_config *cfg,
			struct netlink_ext_ack *extack);

#endif /* _TEREDO_RTNL_CONFIG_H */
