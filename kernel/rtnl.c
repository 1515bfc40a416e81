// SPDX-License-Identifier: GPL-2.0
/* rtnetlink: create, change and delete devices. */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>
#include <uapi/linux/if_teredo.h>

#include "device.h"
#include "discovery.h"
#include "netdev.h"
#include "netlink-notify.h"
#include "notifier.h"
#include "nptv6.h"
#include "peer.h"
#include "rtnl-config.h"
#include "rtnl-dump.h"
#include "rtnl.h"

/* Attributes that determine the sockets or the addresses, so they cannot be changed
 * while a device is up
 */
static const u8 fixed_while_up[] = {
	IFLA_TEREDO_PORT, IFLA_TEREDO_LOCAL, IFLA_TEREDO_LOCAL2,
	IFLA_TEREDO_PREFIX, IFLA_TEREDO_SERVED, IFLA_TEREDO_PORT2,
};

/* @attr may be NULL. %TEREDO_LINK_NONE is valid: the link can be set later. */
static int check_link(struct net *net, struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	u32 link = attr ? nla_get_u32(attr) : 0;

	if (!link || link == TEREDO_LINK_NONE || __dev_get_by_index(net, link))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "No such link in the socket's namespace");
	return -ENODEV;
}

static int newlink(struct net_device *dev, struct rtnl_newlink_params *params,
		   struct netlink_ext_ack *extack)
{
	struct net *net = rtnl_newlink_link_net(params);
	struct teredo_dev *td = netdev_priv(dev);
	int err;

	td->net = net;
	err = teredo_config_init(&td->cfg, params->data, extack);
	if (err)
		return err;
	if (params->data)
		err = check_link(net, params->data[IFLA_TEREDO_LINK], extack);
	if (!err)
		err = register_netdevice(dev);
	if (err)
		return err;
	teredo_device_add(td);
	return 0;
}

TEREDO_DEFINE_NEWLINK(teredo_newlink, newlink)

static int teredo_changelink(struct net_device *dev, struct nlattr *tb[],
			     struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	struct teredo_dev *td = netdev_priv(dev);
	struct teredo_config cfg;
	u32 link = td->cfg.link;
	int err, i;

	if (!net_eq(dev_net(dev), td->net) &&
	    !ns_capable(td->net->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack,
			       "CAP_NET_ADMIN is missing in the namespace of the socket");
		return -EPERM;
	}
	if (!data)
		return 0;
	if (data[IFLA_TEREDO_MODE] &&
	    nla_get_u8(data[IFLA_TEREDO_MODE]) != td->cfg.mode) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_TEREDO_MODE],
				    "The mode of a device cannot be changed");
		return -EOPNOTSUPP;
	}
	err = teredo_config_check_role(td->cfg.mode, data, extack);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(fixed_while_up); i++)
		if (netif_running(dev) && data[fixed_while_up[i]]) {
			NL_SET_ERR_MSG_ATTR(extack, data[fixed_while_up[i]],
					    "Set the device down to change this");
			return -EBUSY;
		}
	err = check_link(td->net, data[IFLA_TEREDO_LINK], extack);
	if (err)
		return err;

	cfg = td->cfg;
	teredo_config_fill(&cfg, data);
	err = teredo_config_check(&cfg, extack) ?: teredo_nptv6_update(td, &cfg);
	if (err)
		return err;
	teredo_config_fill(&td->cfg, data);
	if (data[IFLA_TEREDO_FWMARK])
		teredo_peers_reroute(td);
	if (td->cfg.link != link)
		teredo_device_relink(td);
	teredo_discovery_update(td);
	teredo_nl_dev_changed(td, GFP_KERNEL);
	return 0;
}

static void teredo_dellink(struct net_device *dev, struct list_head *head)
{
	teredo_device_del(netdev_priv(dev));
	unregister_netdevice_queue(dev, head);
}

static struct net *teredo_get_link_net(const struct net_device *dev)
{
	const struct teredo_dev *td = netdev_priv(dev);

	return td->net;
}

struct rtnl_link_ops teredo_link_ops __read_mostly = {
	.kind		= TEREDO_LINK_KIND,
	.priv_size	= sizeof(struct teredo_dev),
	.setup		= teredo_setup,
	.maxtype	= IFLA_TEREDO_MAX,
	.policy		= teredo_link_policy,
	.validate	= teredo_link_validate,
	.newlink	= teredo_newlink,
	.changelink	= teredo_changelink,
	.dellink	= teredo_dellink,
	.get_size	= teredo_get_size,
	.fill_info	= teredo_fill_info,
	.get_link_net	= teredo_get_link_net,
};
